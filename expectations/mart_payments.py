"""Payments in the mart: every cent is accounted for, and none is put on invoices twice."""

from collections.abc import Sequence
from typing import Any

from expectations.library import gxe

KEY = "payment_id"


def suite() -> Sequence[Any]:
    """Expectations about a frame of `mart_frames.payments`."""
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column="gap",
            max_value=0,
            severity="critical",
            meta={
                "code": "payment_not_accounted_for",
                "message": "A payment is not what is allocated, paid back and left over; report this.",
                "reason": "Money conserves, to the cent.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="over_allocated",
            max_value=0,
            severity="critical",
            meta={
                "code": "payment_over_allocated",
                "message": "More of a payment stands on invoices than it brought; report this.",
                "reason": "An allocation is taken from what is left of the payment, under its lock.",
            },
        ),
    ]
