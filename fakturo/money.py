"""Money is a Decimal or an integer of minor units with a currency; never a float, never two currencies.

Rounding is half away from zero, so that a credit note mirrors its invoice to the cent.
Source of minor units: ISO 4217 (JPY 0, EUR 2, BHD 3).
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from iso4217 import Currency

from fakturo.errors import BadInput


@cache
def exponent(currency: str) -> int:
    """Digits after the decimal point of a currency: 0, 2, 3 or 4.

    Raises:
        BadInput: not an ISO 4217 code of money (metals and test codes have no minor unit).
    """
    try:
        digits = Currency(currency).exponent
    except ValueError:
        digits = None
    if digits is None:
        raise BadInput(f"Currency {currency!r} is not an ISO 4217 code; write three letters such as EUR.")
    return int(digits)


@cache
def _quantum(currency: str) -> Decimal:
    return Decimal(1).scaleb(-exponent(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round to the currency's minor unit, half away from zero: 2.345 EUR -> 2.35, -2.345 -> -2.35."""
    return amount.quantize(_quantum(currency), rounding=ROUND_HALF_UP)


def to_minor(amount: Decimal, currency: str) -> int:
    """Minor units of an amount, rounded half away from zero: 12.345 EUR -> 1235."""
    return int(rounded(amount, currency).scaleb(exponent(currency)))


def to_major(minor: int, currency: str) -> Decimal:
    """Amount of so many minor units: 1235 EUR -> Decimal('12.35'), 1235 JPY -> Decimal('1235')."""
    return Decimal(minor).scaleb(-exponent(currency))


def plain(number: Decimal) -> str:
    """Write a number without exponent or trailing zeros: 2.50 -> '2.5', 1E+2 -> '100'.

    Two sources that mean the same number must give the same content hash.
    """
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
