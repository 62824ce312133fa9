"""Round and write amounts as an e-invoice of a currency does."""

from decimal import ROUND_HALF_UP, Decimal

from fakturo.errors import BadInput
from fakturo.money import exponent

MOST_DIGITS = 2
"""EN 16931 writes no amount with more (BR-DEC), whatever the currency."""


def in_currency(amount: Decimal, currency: str) -> Decimal:
    """Round half away from zero to the currency's minor unit; an unknown currency has two digits."""
    try:
        digits = min(exponent(currency), MOST_DIGITS)
    except BadInput:
        digits = MOST_DIGITS
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def shown(number: Decimal) -> str:
    """1234.5 -> '1,234.50', 100.00 -> '100'; more digits stay as they are: '0.125'."""
    whole, _, rest = format(number, ",f").partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest:0<{MOST_DIGITS}}" if rest else whole
