"""Tables of the mart beside each other: sums that must be the same, by currency."""

from collections.abc import Sequence
from typing import Any

from expectations.library import gxe

KEY = "currency"


def suite() -> Sequence[Any]:
    """Expectations about a frame of `mart_frames.totals`."""
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column="receivables_gap",
            max_value=0,
            severity="critical",
            meta={
                "code": "receivables_differ",
                "message": "The receivables of the last day are not what is open on the invoices.",
                "reason": "Both are sums of the same allocations, so they agree to the cent.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="allocations_gap",
            max_value=0,
            severity="critical",
            meta={
                "code": "allocations_differ",
                "message": "The allocations do not come to what the payments say is used of them.",
                "reason": "Each posting that names a payment is part of what is used of it.",
            },
        ),
    ]
