"""Plausibly wrong answers: what a model gets wrong unnoticed, each a small change of the right one."""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fakturo.ai.simulator.faults import LIES, Fault

Line = dict[str, Any]


def lie(kind: Fault, answer: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Answer with one fault in it; another fault where this one cannot be told of this answer."""
    if kind not in LIES:
        return answer
    changed = _told(kind, answer, chance)
    return changed if _meaning(changed) != _meaning(answer) else _told("swapped_digits", answer, chance)


def _meaning(answer: dict[str, Any]) -> tuple[Any, ...]:
    lines = [
        (each["code"], Decimal(each["quantity"]), Decimal(each["unit_price"])) for each in answer["lines"]
    ]
    return answer["customer_id"], answer["po_number"], answer["currency"], lines


def _told(kind: Fault, answer: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    lines = [dict(line) for line in answer["lines"]]
    changed = {**answer, "lines": lines}
    if kind == "other_currency":
        changed["currency"] = "EUR" if answer["currency"] == "GBP" else "GBP"
    elif kind == "wrong_customer" and answer["customer_id"]:
        changed["customer_id"] = _other_digit(answer["customer_id"], chance)
    elif kind == "wrong_po" and answer["po_number"]:
        changed["po_number"] = _other_digit(answer["po_number"], chance)
    elif lines and kind in _OF_LINES:
        _OF_LINES[kind](lines, chance.choice(lines), chance)
    return changed


def _swap_digits(lines: list[Line], line: Line, chance: random.Random) -> None:
    """Quantities of two lines exchanged; of a lone line the digits turned round, or one changed."""
    other = chance.choice(lines)
    if other is not line and other["quantity"] != line["quantity"]:
        line["quantity"], other["quantity"] = other["quantity"], line["quantity"]
    elif line["quantity"] != line["quantity"][::-1] and not line["quantity"].endswith("0"):
        line["quantity"] = line["quantity"][::-1]
    else:
        line["quantity"] = _other_digit(line["quantity"], chance)


def _remove(lines: list[Line], line: Line, _chance: random.Random) -> None:
    lines.remove(line)


def _invent(lines: list[Line], line: Line, chance: random.Random) -> None:
    lines.append({**line, "code": _other_digit(line["code"] or "10", chance)})


def _other_price(_lines: list[Line], line: Line, chance: random.Random) -> None:
    line["unit_price"] = _other_digit(line["unit_price"], chance)


def _merge(lines: list[Line], line: Line, _chance: random.Random) -> None:
    """Two lines become one that has both quantities."""
    place = lines.index(line)
    if place:
        before = lines.pop(place - 1)
        line["quantity"] = _plain(Decimal(line["quantity"]) + Decimal(before["quantity"]))


def _swap_fields(_lines: list[Line], line: Line, _chance: random.Random) -> None:
    line["quantity"], line["unit_price"] = line["unit_price"], line["quantity"]


def _total_as_price(_lines: list[Line], line: Line, _chance: random.Random) -> None:
    line["unit_price"] = _plain(Decimal(line["quantity"]) * Decimal(line["unit_price"]))


_OF_LINES: dict[Fault, Callable[[list[Line], Line, random.Random], None]] = {
    "swapped_digits": _swap_digits,
    "missing_line": _remove,
    "extra_line": _invent,
    "other_price": _other_price,
    "merged_lines": _merge,
    "swapped_fields": _swap_fields,
    "total_as_price": _total_as_price,
}


def _plain(number: Decimal) -> str:
    return format(number, "f")


def _other_digit(text: str, chance: random.Random) -> str:
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    if not places:
        return text + "1"
    place = chance.choice(places)
    digit = chance.choice([each for each in "123456789" if each != text[place]])
    return text[:place] + digit + text[place + 1 :]
