"""What a publish must not lose: rows of tables that only ever grow."""

from collections.abc import Sequence
from typing import Any

from expectations.library import gxe

KEY = "table_name"
GROWING = ("ai_calls", "audit", "drafts", "files", "invoices", "orders")
"""Tables from which nothing is ever deleted."""


def suite() -> Sequence[Any]:
    """Expectations about a frame of `frames.row_counts`, of the GROWING tables."""
    return [
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="row_count",
            column_B="rows_before",
            or_equal=True,
            severity="critical",
            meta={
                "code": "rows_vanished",
                "message": "The table has fewer rows than at the last publish. If the ledger was replaced on "
                "purpose, move warehouse.duckdb away and build again.",
                "reason": "Nothing is ever deleted from it, so fewer rows mean a loss or another ledger.",
            },
        )
    ]
