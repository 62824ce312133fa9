"""Invoices in the mart: what holds in the ledger, and that their lines come to them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from expectations import issued_invoices
from expectations.library import gxe


def suite(today: date) -> Sequence[Any]:
    """Expectations about a frame of `mart_frames.invoices`; today in UTC."""
    return [
        *issued_invoices.suite(today),
        gxe.ExpectColumnValuesToBeBetween(
            column="lines_gap",
            max_value=0,
            severity="critical",
            meta={
                "code": "lines_differ_from_invoice",
                "message": "The invoice's lines, charges and allowances do not come to its net; report this.",
                "reason": "The gap is worked out in exact decimals, so one cent is a line lost or changed.",
            },
        ),
    ]
