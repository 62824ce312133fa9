"""How a letter can write its order lines: lists, tables, prose, fields, HTML; English and German."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import NamedTuple


class Line(NamedTuple):
    """What one line orders."""

    code: str
    name: str
    quantity: int
    price: Decimal


WORDS = {
    "en": {
        2: "two",
        3: "three",
        6: "half a dozen",
        8: "eight",
        12: "a dozen",
        24: "two dozen",
        36: "thirty-six",
        140: "one hundred and forty",
        1200: "one thousand two hundred",
    },
    "de": {
        2: "zwei",
        3: "drei",
        6: "ein halbes Dutzend",
        8: "acht",
        12: "ein Dutzend",
        24: "vierundzwanzig",
        36: "sechsunddreißig",
        140: "hundertvierzig",
        1200: "tausendzweihundert",
    },
}
HEADS = {
    "en": ("Code", "Description", "Qty", "Unit price", "Total"),
    "de": ("Artikel", "Bezeichnung", "Menge", "Einzelpreis", "Gesamt"),
}
FIELDS = {
    "en": ("Line", "Item", "Description", "Quantity", "Price", "EA"),
    "de": ("Position", "Artikel", "Bezeichnung", "Menge", "Einzelpreis", "Stück"),
}
SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}


@dataclass(frozen=True)
class Hand:
    """Who writes: language, currency, and the chances of a style."""

    chance: Random
    spoken: str
    currency: str

    def number(self, amount: Decimal) -> str:
        """With the language's separators."""
        text = f"{amount:,.2f}"
        return text.translate(str.maketrans(",.", ".,")) if self.spoken == "de" else text

    def money(self, amount: Decimal) -> str:
        """With a sign or a code, or in pence."""
        if self.spoken == "de":
            return self.chance.choice(("{} €", "{} EUR", "EUR {}")).format(self.number(amount))
        if self.currency == "CHF":
            return f"CHF {amount:,.2f}".replace(",", "'")
        if self.currency == "GBP" and amount < 1 and self.chance.random() < 0.5:
            return f"{int(amount * 100)}p"
        return SIGNS[self.currency] + self.number(amount)

    def count(self, count: int) -> str:
        """In digits or in words."""
        words = WORDS[self.spoken].get(count)
        return words if words and self.chance.random() < 0.5 else str(count)

    def cells(self, line: Line) -> tuple[str, ...]:
        """Code, name, quantity, price and total of a table's row."""
        prices = [f"{self.currency} {self.number(each)}" for each in (line.price, line.price * line.quantity)]
        return (line.code, line.name, str(line.quantity), *prices)


def bullets(hand: Hand, lines: Sequence[Line]) -> str:
    mark = hand.chance.choice(("-", "*", "•"))
    lead = "Bitte liefern Sie uns folgende Artikel:" if hand.spoken == "de" else "Please supply:"
    return "\n".join([lead, *(f"{mark} {row}" for row in _rows(hand, lines))])


def _rows(hand: Hand, lines: Sequence[Line]) -> list[str]:
    at = "zu je" if hand.spoken == "de" else "@"
    return [f"{line.quantity} x {line.name} ({line.code}) {at} {hand.money(line.price)}" for line in lines]


def numbers(hand: Hand, lines: Sequence[Line]) -> str:
    return "\n".join(f"{no}. {row}" for no, row in enumerate(_rows(hand, lines), 1))


def html_list(hand: Hand, lines: Sequence[Line]) -> str:
    rows = [html.escape(row, quote=False) for row in _rows(hand, lines)]
    return (
        "<ul>"
        + "".join(f"<li>{row.replace(' x ', ' x <b>').replace(' (', '</b> (')}</li>" for row in rows)
        + "</ul>"
    )


def table(hand: Hand, lines: Sequence[Line], gap: str = "\t", columns: int = 4) -> str:
    rows = [HEADS[hand.spoken], *(hand.cells(line) for line in lines)]
    return "\n".join(gap.join(row[:columns]) for row in rows)


def pipes(hand: Hand, lines: Sequence[Line]) -> str:
    return table(hand, lines, " | ")


def totals(hand: Hand, lines: Sequence[Line]) -> str:
    return table(hand, lines, columns=5)


def html_table(hand: Hand, lines: Sequence[Line]) -> str:
    head = "".join(f"<th>{cell}</th>" for cell in HEADS[hand.spoken][:4])
    rows = [
        "\n".join(f'<td class="x">{html.escape(cell)}</td>' for cell in hand.cells(line)[:4])
        for line in lines
    ]
    body = "\n".join(f"<tr>\n{row}\n</tr>" for row in rows)
    return f'<table border="1" cellpadding="3"><tr>{head}</tr>\n{body}</table>'


def prose(hand: Hand, lines: Sequence[Line]) -> str:
    said = []
    for line in lines:
        count, money = hand.count(line.quantity), hand.money(line.price)
        if hand.spoken == "de":
            said.append(f"{count} {line.name} (Artikel {line.code}, {money} je Stück)")
        else:
            said.append(f"{count} of the {line.name} (item {line.code}, {money} each)")
    return (
        f"Bitte liefern Sie {_listed(said, 'und')}."
        if hand.spoken == "de"
        else f"Could we get {_listed(said, 'and')}?"
    )


def uncoded(hand: Hand, lines: Sequence[Line]) -> str:
    said = [f"{line.quantity} {line.name} at {hand.money(line.price)} each" for line in lines]
    return f"Please send us {_listed(said, 'and')}."


def _listed(said: Sequence[str], joined: str) -> str:
    return f"{', '.join(said[:-1])} {joined} {said[-1]}" if len(said) > 1 else said[0]


def fields(hand: Hand, lines: Sequence[Line]) -> str:
    line_word, item, name, quantity, price, unit = FIELDS[hand.spoken]
    return "\n\n".join(
        f"{line_word} {no}\n  {item}: {line.code}\n  {name}: {line.name}\n"
        f"  {quantity}: {line.quantity} {unit}\n  {price}: {hand.money(line.price)}"
        for no, line in enumerate(lines, 1)
    )


LAYOUTS = {
    "bullets": bullets,
    "table": table,
    "pipes": pipes,
    "totals": totals,
    "prose": prose,
    "fields": fields,
    "numbers": numbers,
    "html table": html_table,
    "html list": html_list,
    "uncoded": uncoded,
}
IN_GERMAN = tuple(name for name in LAYOUTS if name not in {"html list", "uncoded"})
