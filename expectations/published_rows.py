"""What a publish must not lose: rows, beside the last publish, the usual ones, those of the same weekday."""

from collections.abc import Sequence
from typing import Any

from expectations.library import gxe

KEY = "table_name"
GROWING = (
    *(
        "ai_calls",
        "allocations",
        "anomaly_verdicts",
        "audit",
        "customers",
        "deliveries",
        "delivery_log",
        "documents",
        "drafts",
    ),
    *(
        "dunned_invoices",
        "dunning_notices",
        "dunning_stops",
        "files",
        "findings",
        "invoices",
        "kpi_readings",
        "model_runs",
        "orders",
    ),
    *("outbox", "payment_promises", "payments", "quarantine", "series"),
)
"""Tables from which nothing is ever deleted."""
SHORT_LIVED = ("ai_answers", "ai_spending", "predictions", "usual_products")
"""Tables that are pruned; how many rows they have says nothing."""
LEAST_SHARE = 0.7
PUBLISHES_COMPARED = 20
"""Most recent ones; their median is the usual."""
WEEKS_COMPARED = 8
FEWEST_PUBLISHES = 3
"""Below so many there is no usual yet."""
FEWEST_ROWS = 50
"""Usual rows of a table below which a share of them says nothing."""


def suite() -> Sequence[Any]:
    """Expectations about a frame of `frames.row_counts`.

    `floor_rows` is what a growing table had; `share_of_usual` and `share_of_weekday` are null where nothing
    is usual yet: in a young warehouse, for a small table or a short-lived one.
    """
    return [
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="row_count",
            column_B="floor_rows",
            or_equal=True,
            severity="critical",
            meta={
                "code": "rows_vanished",
                "message": "The table has fewer rows than at the last publish. If the ledger was replaced on "
                "purpose, move warehouse.duckdb away and build again.",
                "reason": "Nothing is ever deleted from it, so fewer rows mean a loss or another ledger.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="share_of_usual",
            min_value=LEAST_SHARE,
            strict_min=True,
            severity="critical",
            meta={
                "code": "rows_below_usual",
                "message": "The table has 30 % or more rows less than the last publishes usually had.",
                "reason": "Even tables that may shrink lose single rows, so a third at once is a batch that "
                "went missing.",
            },
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="share_of_weekday",
            min_value=LEAST_SHARE,
            strict_min=True,
            severity="critical",
            meta={
                "code": "rows_below_weekday",
                "message": "The table has 30 % or more rows less than publishes of this weekday had.",
                "reason": "Catches a loss that came in steps, each too small beside the publish before.",
            },
        ),
    ]
