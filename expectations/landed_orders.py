"""What orders look like when they land. A failing row is a finding for a person, not a rejected order.

Measured on Online Retail (29,776 orders of a real wholesaler): the thresholds name its oddities, which
turned out to be mistakes taken back within minutes, and leave the other 99.9 % alone.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from expectations.library import column, gxe
from expectations.shared_limits import near_the_usual, tomorrow

KEY = "order_id"
OLDEST = datetime(2000, 1, 1)  # noqa: DTZ001  a calendar day, as pandas has it
MOST_LINES = 500
MOST_PIECES = 10_000


def suite(today: date) -> Sequence[Any]:
    """Expectations about a frame of `frames.orders`."""
    return [
        gxe.ExpectColumnValuesToMatchRegex(
            column="external_id",
            regex=r"^[^\x00-\x1f\x7f]+$",
            severity="warning",
            meta={
                "code": "order_id_unprintable",
                "message": "The order's id holds control characters; ask the sender for its real id.",
                "reason": "An id is typed into searches and printed on the invoice.",
            },
        ),
        gxe.ExpectColumnValuesToNotBeNull(
            column="customer_id",
            row_condition=column("lane") == "rules",
            mostly=0.95,
            severity="critical",
            meta={
                "code": "customer_missing",
                "message": "The order names no customer; nobody can be invoiced.",
                "reason": "One in twenty may be counter sales; more means a wrong column mapping.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="ordered_on",
            min_value=OLDEST,
            max_value=tomorrow(today),
            mostly=0.99,
            severity="critical",
            meta={
                "code": "date_implausible",
                "message": "The order is dated before 2000 or after tomorrow; check its date.",
                "reason": "Day and month swapped give future dates; a day more than today is a time zone.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="line_count",
            max_value=MOST_LINES,
            mostly=0.99,
            severity="warning",
            meta={
                "code": "many_lines",
                "message": f"The order has more than {MOST_LINES} lines; check that it is one order.",
                "reason": "27 of 29,776 real orders had more: days of web sales under one number.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="most_pieces",
            max_value=MOST_PIECES,
            mostly=0.99,
            severity="warning",
            meta={
                "code": "quantity_implausible",
                "message": f"A line asks for more than {MOST_PIECES:,} pieces; check its quantity.",
                "reason": "3 of 29,776 real orders did; the largest, 74,215, was cancelled 16 minutes later.",
            },
        ),
        near_the_usual(code="value_implausible", what="The order is worth", check="check its prices"),
        gxe.ExpectColumnMeanToBeBetween(
            column="is_conflict",
            max_value=0.05,
            severity="critical",
            meta={
                "code": "many_conflicts",
                "message": "Orders came again under the same id with other content.",
                "reason": "Corrections happen; above 5 % a source is numbering its orders anew.",
            },
        ),
        gxe.ExpectColumnMeanToBeBetween(
            column="is_dead_letter",
            max_value=0.02,
            severity="critical",
            meta={
                "code": "many_dead_letters",
                "message": "Orders were given up after all their tries.",
                "reason": "Each one waits for a person; above 2 % something is broken, not the orders.",
            },
        ),
    ]
