"""How wide the columns of the line table are, in millimetres, from the longest text of each."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

TABLE_MM = 165.0
"""A4 less a left margin of 25 and a right one of 20."""
LEAST_FOR_NAME_MM = 48.0
"""Narrower than this, a name of ten words takes five rows; the codes then move under the names."""
MOST_FOR_CODE_MM = 32.0
DIGIT_MM = 1.92
"""Tabular figure of Inter at 8.5 pt (0.62 em), and about the mean of its small letters."""
PUNCTUATION_MM = 0.95
CAPITAL_MM = 2.35
"""Most capitals; an M or W is wider, a row of several such codes wraps."""
GAP_MM = 4.0
"""Between columns."""


@dataclass(frozen=True)
class Widths:
    """Millimetres of each column; they add up to TABLE_MM. `code` 0: codes stand under the names."""

    no: float
    code: float
    name: float
    quantity: float
    price: float
    tax: float
    amount: float


def widths(
    *,
    no: Sequence[str],
    code: Sequence[str],
    quantity: Sequence[str],
    price: Sequence[str],
    tax: Sequence[str],
    amount: Sequence[str],
) -> Widths:
    """Give every column of numbers what it needs, and the names the rest.

    Args:
        no: heading and cells of the column, as printed; the others likewise. `code` has cells only.
    """
    of_no, of_quantity, of_price, of_tax, of_amount = (
        round(_longest(column) + GAP_MM, 1) for column in (no, quantity, price, tax, amount)
    )
    of_code = round(min(_longest(code) + GAP_MM, MOST_FOR_CODE_MM), 1) if any(code) else 0.0
    rest = TABLE_MM - of_no - of_quantity - of_price - of_tax - of_amount
    if rest - of_code < LEAST_FOR_NAME_MM:
        of_code = 0.0
    return Widths(of_no, of_code, round(rest - of_code, 1), of_quantity, of_price, of_tax, of_amount)


def _longest(texts: Sequence[str]) -> float:
    return max((sum(map(_width, text)) for text in texts), default=0.0)


def _width(character: str) -> float:
    if character in ".,'\N{RIGHT SINGLE QUOTATION MARK} \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}":
        return PUNCTUATION_MM
    if unicodedata.east_asian_width(character) in "WF":
        return 2 * DIGIT_MM
    return CAPITAL_MM if character.isupper() or character in "%—" else DIGIT_MM
