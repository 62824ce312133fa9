"""How wide the columns of an invoice's tables are, in millimetres, from the longest text of each.

A number is never broken over two rows, so its column is as wide as it needs; names and labels take the rest.
Widths of characters are those of Inter in em, rounded up so that a fallback font fits too.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

TABLE_MM = 165.0
"""A4 less a left margin of 25 and a right one of 20."""
GAP_MM = 4.0
"""Between columns."""
POINT_MM = 25.4 / 72
TEXT_PT = 8.5
SMALL_PT = 6.5
"""Of the table whose numbers leave no room for names otherwise."""
LEAST_FOR_NAME_MM = 48.0
"""Narrower than this, a name of ten words takes five rows; the codes then move under the names."""
LEAST_AT_ALL_MM = 30.0
MOST_FOR_CODE_MM = 32.0

TOTALS_MM = 80.0
"""Of the box of totals, unless its amounts need more."""
LEAST_FOR_LABEL_MM = 38.0
LEAST_FOR_RATE_MM = 26.0
BETWEEN_MM = 12.0
"""From the breakdown to the totals."""
TOTAL_PT = 12.5
BREAKDOWN_PT = 7.5


@dataclass(frozen=True)
class Widths:
    """Millimetres of each column; they add up to TABLE_MM. `code` 0: codes stand under the names."""

    text_pt: float
    no: float
    code: float
    name: float
    quantity: float
    price: float
    tax: float
    amount: float


@dataclass(frozen=True)
class Sums:
    """Millimetres of the breakdown's columns and of the totals' label and value."""

    is_stacked: bool
    """Whether the totals stand under the breakdown, because both do not fit side by side."""
    rate: float
    taxable: float
    tax: float
    label: float
    value: float

    @property
    def totals(self) -> float:
        """Of the whole box."""
        return round(self.label + self.value, 1)


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
        no: heading and cells of the column, as printed; the others likewise, `code` empty without any.
    """
    for text_pt in (TEXT_PT, SMALL_PT):
        numbers = [_needed(column, text_pt) for column in (no, quantity, price, tax, amount)]
        of_code = min(_needed(code, text_pt), MOST_FOR_CODE_MM) if any(code) else 0.0
        rest = TABLE_MM - sum(numbers)
        if rest - of_code < LEAST_FOR_NAME_MM:
            of_code = 0.0
        if rest >= LEAST_AT_ALL_MM:
            break
    of_no, of_quantity, of_price, of_tax, of_amount = numbers
    return Widths(text_pt, of_no, of_code, round(rest - of_code, 1), of_quantity, of_price, of_tax, of_amount)


def sums(*, taxable: Sequence[str], tax: Sequence[str], amounts: Sequence[str], total: str) -> Sums:
    """Set breakdown and totals side by side, or one above the other where the amounts are too long.

    Args:
        taxable: heading and cells of the breakdown's column; `tax` likewise.
        amounts: rows above the grand total.
        total: the grand total with its currency.
    """
    value = max(_needed([total], TOTAL_PT), _needed(amounts, 9.0))
    label = max(TOTALS_MM - value, LEAST_FOR_LABEL_MM)
    of_taxable, of_tax = _needed(taxable, BREAKDOWN_PT), _needed(tax, BREAKDOWN_PT)
    rate = TABLE_MM - label - value - BETWEEN_MM - of_taxable - of_tax
    is_stacked = rate < LEAST_FOR_RATE_MM
    if is_stacked:
        rate = TABLE_MM - of_taxable - of_tax
    return Sums(is_stacked, round(rate, 1), of_taxable, of_tax, round(label, 1), value)


def _needed(column: Sequence[str], text_pt: float) -> float:
    longest = max((sum(map(_em, text)) for text in column), default=0.0)
    return round(longest * text_pt * POINT_MM + GAP_MM, 1)


def _em(character: str) -> float:
    if character.isdigit():
        return 0.68
    if character in ".,' \N{RIGHT SINGLE QUOTATION MARK}\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}":
        return 0.3
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return 0.8 if character.isupper() or character in "%—" else 0.62
