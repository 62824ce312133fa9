"""Write findings: why an order, a draft or a landed row is not proved."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from fakturo.finding import Finding
from fakturo.ledger.tables import findings


def record(
    connection: Connection,
    found: Iterable[tuple[int | None, int | None, Finding]],
    *,
    stage: str,
    now: datetime,
    run_id: str | None,
) -> None:
    """Insert (order id, draft id, finding) triples inside the caller's transaction.

    Args:
        stage: where it was found: intake, landed, drafting, issue, mart.
    """
    rows: list[dict[str, Any]] = [
        {
            "order_id": order_id,
            "draft_id": draft_id,
            "stage": stage,
            "code": finding.code,
            "place": finding.place,
            "message": finding.message,
            "created_at": now,
            "run_id": run_id,
        }
        for order_id, draft_id, finding in found
    ]
    if rows:
        connection.execute(insert(findings), rows)


def in_words(found: Sequence[Finding]) -> str:
    """The first finding's sentence, and how many more there are."""
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return found[0].message + more
