"""An order that was held because lines of it were quarantined becomes whole, once they are corrected.

It keeps its id and its place in the file; the content that was held is kept as a draft, as when a person
edits. Only an order still in review for that reason is completed: what somebody decided or issued meanwhile
stands, and the corrected lines then make a conflict for a person.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, exists, insert, select, update

from fakturo.invoice import content_sha256
from fakturo.ledger import audit_chain, findings
from fakturo.ledger.landing.arrivals import Landing
from fakturo.ledger.landing.parties import remember
from fakturo.ledger.tables import drafts, orders
from fakturo.ledger.tables import findings as findings_table

_MOST_IDS = 500
_TAKEN = (
    "content_sha256", "kind", "customer_id", "currency", "ordered_on", "po_number", "line_count", "content",
    "cancels", "status", "status_reason",
)  # fmt: skip


def complete(
    connection: Connection,
    landings: Sequence[Landing],
    *,
    readings: Collection[int],
    actor: str,
    now: datetime,
    run_id: str | None = None,
) -> set[str]:
    """Complete those of the orders that wait in review for their lines.

    Args:
        landings: orders that stand under the same id with other content, all of one source.
        readings: ids of the file whose rows are corrected, and of its earlier retries.

    Returns:
        External ids of the completed orders.
    """
    completed: set[str] = set()
    for start in range(0, len(landings), _MOST_IDS):
        by_id = {each.external_id: each for each in landings[start : start + _MOST_IDS]}
        for_lines = exists().where(
            findings_table.c.order_id == orders.c.id, findings_table.c.code == "lines_quarantined"
        )
        held = select(orders).where(
            orders.c.external_id.in_(by_id),
            orders.c.file_id.in_(readings),
            orders.c.status == "needs_review",
            orders.c.lane == "rules",
            orders.c.conflict_of.is_(None),
            for_lines,
        )
        for order in connection.execute(held.order_by(orders.c.id).with_for_update()).all():
            landing = by_id[order.external_id]
            kept = {"drafter": "rules", "outcome": "refused", "content": order.content, "created_at": now}
            connection.execute(insert(drafts).values(order_id=order.id, run_id=run_id, **kept))
            values = {name: getattr(landing, name) for name in _TAKEN} | {"updated_at": now}
            connection.execute(update(orders).where(orders.c.id == order.id).values(**values))
            doubts = [(order.id, None, finding) for finding in landing.findings]
            findings.record(connection, doubts, stage="intake", now=now, run_id=run_id)
            if landing.customer:
                remember(connection, [landing.customer], now)
            told = {
                "content_sha256_before": content_sha256(order.content or ""),
                "content_sha256_after": content_sha256(landing.content or ""),
                "lines": landing.line_count,
            }
            entry = ("order.completed", f"order:{order.id}", told)
            audit_chain.append(connection, at=now, actor=actor, entries=[entry])
            completed.add(order.external_id)
    return completed
