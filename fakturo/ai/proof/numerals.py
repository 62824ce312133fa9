"""Digits with their separators -> every number they can mean. Pure.

"1,65" is 1.65; "1.234,50" is 1234.50; "1,234" is 1234 in English and 1.234 in German: both, until other
numbers of the same text show which of the two signs it uses for the decimal point.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

NUMERAL = r"\d+(?:[.,'\u2019]\d+)*"
_GROUP = 3


def readings(numeral: str) -> dict[str, Decimal]:
    """Decimal sign (".", "," or "" where none shows) -> value, for each way to read it; empty: none."""
    text = numeral.replace("\u2019", "'")
    signs = [sign for sign in ".,'" if sign in text]
    if not signs:
        return {"": Decimal(text)}
    last = max(".,'", key=text.rfind)
    found: dict[str, Decimal] = {}
    if last != "'" and text.count(last) == 1:
        whole, _, part = text.rpartition(last)
        grouped = _ungrouped(whole)
        if grouped is not None:
            found[last] = Decimal(f"{grouped}.{part}")
    if len(signs) == 1:
        whole_number = _ungrouped(text)
        if whole_number is not None and last in text:
            found[{".": ",", ",": "."}.get(last, "'")] = Decimal(whole_number)
    return found


def decimal_sign(numerals: Iterable[str]) -> str | None:
    """The decimal sign that a text's unambiguous numbers agree on; None: no evidence, or both."""
    seen = set()
    for numeral in numerals:
        ways = readings(numeral)
        if len(ways) == 1:
            seen |= set(ways) & {".", ","}
    return seen.pop() if len(seen) == 1 else None


def meant(numeral: str, sign: str | None) -> Decimal | None:
    """The one value of a numeral, where it is certain."""
    ways = readings(numeral)
    if len(ways) == 1:
        return next(iter(ways.values()))
    return ways.get(sign) if sign else None


def _ungrouped(text: str) -> str | None:
    """Digits of a whole number written in groups of three, or with no groups; None: neither."""
    parts = re.split(r"[.,']", text)
    if len(parts) == 1:
        return text
    first, *rest = parts
    same_sign = len(set(re.findall(r"[.,']", text))) == 1
    fits = (
        1 <= len(first) <= _GROUP and not first.startswith("0") and all(len(part) == _GROUP for part in rest)
    )
    return text and "".join(parts) if same_sign and fits else None
