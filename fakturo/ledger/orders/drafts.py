"""Keep what a drafter proposed for a free-text order: proved -> ready to issue, else -> a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, insert, select, update

from fakturo.finding import Finding
from fakturo.ledger import audit_chain
from fakturo.ledger import findings as _findings
from fakturo.ledger.issuing import customers
from fakturo.ledger.open import writing
from fakturo.ledger.tables import drafts, orders
from fakturo.order import Order, content


def save_draft(
    engine: Engine,
    order_id: int,
    order: Order | None,
    *,
    drafter: str,
    findings: Sequence[Finding],
    now: datetime,
    worker: str,
    model: str | None = None,
    prompt_version: str | None = None,
    answer_sha256: str | None = None,
    reasks: int = 0,
    run_id: str | None = None,
) -> bool:
    """Write the draft and move its order on, in one transaction.

    Args:
        order: what was drafted; None when nothing usable came back.
        findings: why it is not proved; empty means proved.
        worker: who holds the lease.

    Returns:
        False when the lease was lost: somebody else works on the order, nothing was written.
    """
    proved = order is not None and not findings
    with writing(engine) as connection:
        mine = (orders.c.id == order_id, orders.c.status == "queued", orders.c.leased_by == worker)
        if connection.execute(select(orders.c.id).where(*mine).with_for_update()).first() is None:
            return False
        text = None if order is None else content(order)
        draft_id = connection.execute(
            insert(drafts)
            .values(
                order_id=order_id,
                drafter=drafter,
                model=model,
                prompt_version=prompt_version,
                answer_sha256=answer_sha256,
                reasks=reasks,
                outcome="proved" if proved else "refused",
                content=None if proved else text,
                created_at=now,
                run_id=run_id,
            )
            .returning(drafts.c.id)
        ).scalar_one()
        values: dict[str, Any] = {"leased_until": None, "leased_by": None, "updated_at": now}
        if proved and order is not None:
            customers.add_missing(connection, [order.customer], now)
            values |= {
                "lane": "rules",
                "content": text,
                "customer_id": order.customer.id,
                "currency": order.currency,
                "ordered_on": order.ordered_on,
                "po_number": order.po_number,
                "line_count": len(order.lines),
                "attempts": 0,
                "not_before": None,
                "status_reason": None,
            }
        else:
            reason = _findings.in_words(findings) if findings else "The drafter returned nothing usable."
            values |= {"status": "needs_review", "status_reason": reason}
            _findings.record(
                connection,
                [(order_id, draft_id, finding) for finding in findings],
                stage="drafting",
                now=now,
                run_id=run_id,
            )
        connection.execute(update(orders).where(orders.c.id == order_id).values(**values))
        action = "order.drafted" if proved else "order.needs_review"
        details = {"draft": draft_id, "drafter": drafter, "model": model, "answer_sha256": answer_sha256}
        audit_chain.append(connection, at=now, actor=worker, entries=[(action, f"order:{order_id}", details)])
    return True
