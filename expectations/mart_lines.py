"""What invoice lines look like in the mart: a million of them, so few columns and no text."""

from collections.abc import Callable, Sequence
from typing import Any

from expectations.library import gxe
from expectations.shared_limits import MOST_TIMES_MEDIAN

KEY = "line"
MOST_LINES = 1_000_000
"""A line's key is its invoice's id times this, plus its number; a million texts cost 60 MB."""
HIGHEST_TAX_PCT = 30
LARGEST_GAP = 0.02


def in_words(key: int, number_of: Callable[[int], str]) -> str:
    """12000003 -> INV-2026-000009/3: line 3 of the invoice with id 12, as `invoice_line_id` has it."""
    return f"{number_of(key // MOST_LINES)}/{key % MOST_LINES}"


def suite() -> Sequence[Any]:
    """Expectations about a frame of `mart_frames.lines`."""
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column="quantity",
            min_value=0,
            strict_min=True,
            severity="critical",
            meta={
                "code": "line_quantity_not_positive",
                "message": "A line's quantity is zero or negative; only deposits are taken off by -1.",
                "reason": "fakturo/check.py issues none; one here was changed on its way.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="unit_price",
            min_value=0,
            severity="critical",
            meta={
                "code": "line_price_negative",
                "message": "A line's price is negative; what is taken off is an allowance.",
                "reason": "EN 16931, rule BR-27: the item net price must not be negative.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="tax_rate_pct",
            min_value=0,
            max_value=HIGHEST_TAX_PCT,
            severity="warning",
            meta={
                "code": "line_tax_rate_implausible",
                "message": "A line's tax rate is below 0 or above 30 %; check the tax rates.",
                "reason": "The highest rate in the EU is 27 % (Hungary).",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="net_gap",
            max_value=LARGEST_GAP,
            severity="critical",
            meta={
                "code": "line_net_is_not_quantity_times_price",
                "message": "A line's amount is not its quantity times its price; report this.",
                "reason": "Rounding leaves half a minor unit: 0.5 % of an amount of 1, and yen have no "
                "cents; the cents themselves are proved in fakturo/check.py.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="times_usual",
            max_value=MOST_TIMES_MEDIAN,
            mostly=0.99,
            severity="warning",
            meta={
                "code": "line_price_implausible",
                "message": f"A line's price is over {MOST_TIMES_MEDIAN} times the product's usual one.",
                "reason": "A slipped decimal point gives just 100; discounts and price rises stay far below.",
            },
        ),
    ]
