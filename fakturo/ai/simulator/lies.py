"""Plausibly wrong answers: what a model gets wrong unnoticed, each a small change of the right one."""

import random
from typing import Any

from fakturo.ai.simulator.scenarios import Fault


def lie(kind: Fault, answer: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Answer with one fault in it; the same where the fault cannot be told of this answer."""
    lines = [dict(line) for line in answer["lines"]]
    changed = {**answer, "lines": lines}
    if kind == "other_currency":
        changed["currency"] = "EUR" if answer["currency"] == "GBP" else "GBP"
    if kind == "wrong_customer" and answer["customer_id"]:
        changed["customer_id"] = _other_digit(answer["customer_id"], chance)
    if not lines:
        return changed
    line = chance.choice(lines)
    if kind == "swapped_digits":
        _swap(lines, line, chance)
    elif kind == "missing_line":
        lines.remove(line)
    elif kind == "extra_line":
        lines.append({**line, "code": _other_digit(line["code"] or "10", chance)})
    elif kind == "other_price":
        line["unit_price"] = _other_digit(line["unit_price"], chance)
    return changed


def _swap(lines: list[dict[str, Any]], line: dict[str, Any], chance: random.Random) -> None:
    """Quantities of two lines exchanged; of a lone line the digits turned round, or one changed."""
    other = chance.choice(lines)
    if other is not line and other["quantity"] != line["quantity"]:
        line["quantity"], other["quantity"] = other["quantity"], line["quantity"]
    elif line["quantity"] != line["quantity"][::-1] and not line["quantity"].endswith("0"):
        line["quantity"] = line["quantity"][::-1]
    else:
        line["quantity"] = _other_digit(line["quantity"], chance)


def _other_digit(text: str, chance: random.Random) -> str:
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    if not places:
        return text + "1"
    place = chance.choice(places)
    digit = chance.choice([each for each in "123456789" if each != text[place]])
    return text[:place] + digit + text[place + 1 :]
