"""Quantities and prices of a text, read only where they can be read in one way."""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from typing import Self

from fakturo.errors import BadInput
from fakturo.intake.numbers import DOLLARS, SIGNS
from fakturo.money import exponent

_BARE = re.compile(r"\d[\d.,' \u00a0]*")
_AMOUNT = r"\d[\d.,']*"
MONEY = rf"(?:(?:[£€$]|[A-Z]{{3}})\s?)?{_AMOUNT}(?:\s?(?:[£€]|[A-Z]{{3}}))?"
"""A price with or without its currency; what it is worth is decided by `to_number`."""


class Decimals(Enum):
    """Which sign parts the decimals in this text."""

    POINT = "."
    COMMA = ","
    EITHER = ""

    @classmethod
    def of(cls, amounts: Iterable[str]) -> Self | None:
        """The sign that all amounts agree on; None where they do not, or one can be read in two ways."""
        signs = set()
        doubtful = False
        for text in amounts:
            number = _bare(text)
            marks = re.sub(r"\d", "", number)
            if re.fullmatch(r"\d+", number):
                continue
            if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", number):
                doubtful = True
            elif re.fullmatch(r"\d+[.,]\d+", number):
                signs.add(marks)
            elif re.fullmatch(r"\d{1,3}(,\d{3})+\.\d+", number):
                signs.add(".")
            elif re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+", number):
                signs.add(",")
            else:
                return None
        if len(signs) > 1 or doubtful:
            return None
        return cls(signs.pop()) if signs else cls("")


def to_number(text: str, decimals: Decimals | None) -> Decimal | None:
    """The number that a text gives; None where it is none, or may be another one.

    Args:
        decimals: decimal sign of prices; None for quantities, which are whole.
    """
    number = _bare(text)
    if decimals is None:
        return Decimal(number) if re.fullmatch(r"[1-9]\d{0,6}", number) else None
    if decimals is Decimals.COMMA:
        number = number.replace(".", "").replace(",", ".")
    else:
        number = number.replace(",", "")
    return Decimal(number) if re.fullmatch(r"\d{1,9}(\.\d{1,4})?", number) else None


def currency_of(text: str, seller_currency: str) -> str | None:
    """Currency beside an amount: its code, None where there is no sign, '?' where the sign names none."""
    signs = re.sub(r"[\d.,'\s\u00a0]", "", text)
    if not signs:
        return None
    if signs == "$":
        return seller_currency if seller_currency in DOLLARS else "?"
    if signs in SIGNS:
        return SIGNS[signs]
    try:
        exponent(signs)
    except BadInput:
        return "?"
    return signs


def _bare(text: str) -> str:
    found = _BARE.search(text)
    if found is None or re.search(r"[\d.,]", text[: found.start()] + text[found.end() :]):
        return ""
    return found.group().strip()
