"""Lies about a letter: the same text, another meaning. Each is what a careless or steered model answers."""

from dataclasses import replace
from decimal import Decimal
from random import Random

from tests.ai.proof.letter_layouts import Line
from tests.ai.proof.written_letters import Letter


def lies(letter: Letter, chance: Random) -> list[tuple[str, Letter]]:
    """Letters with the same text and another meaning, each named for what it changes."""
    found: list[tuple[str, Letter]] = []

    def told(kind: str, lines: list[Line] | None = None, **head: str | None) -> None:
        other = replace(letter, lines=tuple(letter.lines if lines is None else lines), **head)
        if other.meaning() != letter.meaning():
            found.append((kind, other))

    lines = list(letter.lines)
    for no, line in enumerate(lines):
        rest = lines[:no], lines[no + 1 :]
        for kind, other in (
            ("code digit", line._replace(code=_other_digit(line.code, chance))),
            ("quantity digit", line._replace(quantity=int(_other_digit(str(line.quantity), chance)))),
            ("price digit", line._replace(price=Decimal(_other_digit(str(line.price), chance)))),
            ("digits swapped", line._replace(price=Decimal(_swapped(str(line.price))))),
            ("quantity times ten", line._replace(quantity=line.quantity * 10)),
            ("pence", line._replace(price=line.price * 100)),
            ("price for the dozen", line._replace(price=line.price * 12)),
            ("line total as price", line._replace(price=line.price * line.quantity)),
            (
                "quantity for price",
                line._replace(quantity=int(line.price) or 1, price=Decimal(line.quantity)),
            ),
        ):
            told(kind, [*rest[0], other, *rest[1]])
        told("dropped", [*rest[0], *rest[1]])
        told("twice", [*rest[0], line, line, *rest[1]])
        other = lines[(no + 1) % len(lines)]
        for field in ("code", "quantity", "price"):
            swapped = [
                each._replace(**{field: getattr(other if each is line else line, field)})
                if each in (line, other)
                else each
                for each in lines
            ]
            told(f"{field} of another line", swapped)
        merged = line._replace(quantity=line.quantity + other.quantity)
        told("merged", [merged, *(each for each in lines if each not in (line, other))])
    told("before the correction", list(letter.before))
    told("line of the quote added", [*lines, *letter.quoted[:1]])
    told("the quote instead", list(letter.quoted) or lines)
    if letter.quoted:
        told("value of the quote", [lines[0]._replace(quantity=letter.quoted[0].quantity), *lines[1:]])
        told("price of the quote", [lines[0]._replace(price=letter.quoted[0].price), *lines[1:]])
    told("invented", [*lines, Line("29999", "teapot", 1, Decimal("4.50"))])
    told("customer", customer=_other_digit(letter.customer, chance))
    told("customer is an item", customer=lines[0].code or "77777")
    told("order number", po=_other_digit(letter.po or "PO-1", chance))
    told("no order number", po=None)
    told("currency", currency="USD" if letter.currency != "USD" else "EUR")
    return found


def _other_digit(text: str, chance: Random) -> str:
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    if not places:
        return "77"
    place = chance.choice(places)
    digit = chance.choice([each for each in "123456789" if each != text[place]])
    return text[:place] + digit + text[place + 1 :]


def _swapped(text: str) -> str:
    """The first two unlike digits that stand side by side, the other way round."""
    for place in range(len(text) - 1):
        pair = text[place : place + 2]
        if pair.isdigit() and pair[0] != pair[1]:
            return text[:place] + pair[::-1] + text[place + 2 :]
    return text
