"""Write a letter down: notice, invoices, audit entry and outbox event, in the caller's transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from fakturo.audit import canonical
from fakturo.dunning.facts import Line, Notice
from fakturo.ledger import audit_chain
from fakturo.ledger.dunning_tables import dunned_invoices, dunning_notices
from fakturo.ledger.tables import outbox

DUNNED = "customer.dunned"
"""Event and audit action of a letter."""


def write_notice(
    connection: Connection, notice: Notice, *, now: datetime, actor: str, run_id: str | None
) -> int:
    """Append a letter that was decided on; its id.

    Raises:
        IntegrityError: one of its invoices has had that level before.
    """
    told = _told(notice)
    event = {"event": DUNNED, "subject": f"customer:{notice.customer_id}"[:120], "created_at": now}
    outbox_id = connection.execute(
        insert(outbox).values(event | {"payload": canonical(told)}).returning(outbox.c.id)
    ).scalar_one()
    row = {
        "customer_id": notice.customer_id,
        "currency": notice.currency,
        "level": notice.level,
        "tone": notice.tone,
        "notice_date": notice.as_of,
        "pay_by_date": notice.pay_by,
        "open_minor": notice.open_minor,
        "interest_minor": sum(each.interest_minor for each in notice.lines),
        "lump_sum_minor": sum(each.lump_sum_minor for each in notice.lines),
        "fee_minor": sum(each.fee_minor for each in notice.lines),
        "earlier_minor": sum(each.earlier_minor for each in notice.lines),
        "credit_minor": notice.credit_minor,
        "total_minor": notice.total_minor,
        "content": canonical(_worked_out(notice)),
        "outbox_id": outbox_id,
        "created_at": now,
        "actor": actor,
        "run_id": run_id,
    }
    notice_id = int(
        connection.execute(insert(dunning_notices).values(row).returning(dunning_notices.c.id)).scalar_one()
    )
    connection.execute(insert(dunned_invoices), [_row(notice_id, each) for each in notice.lines])
    entry = (DUNNED, f"dunning:{notice_id}", told)
    audit_chain.append(connection, at=now, actor=actor, entries=[entry])
    return notice_id


def _row(notice_id: int, line: Line) -> dict[str, Any]:
    return {"notice_id": notice_id, "invoice_id": line.invoice_id} | _figures(line)


def _worked_out(notice: Notice) -> dict[str, Any]:
    """How the interest of each invoice comes about, and what is not claimed."""
    parts = {
        line.number: [
            {
                "first": str(each.first),
                "last": str(each.last),
                "balance_minor": each.balance_minor,
                "pct": str(each.pct),
            }
            for each in line.segments
        ]
        for line in notice.lines
        if line.segments
    }
    return {"interest": parts, "remarks": list(notice.remarks)}


def _told(notice: Notice) -> dict[str, Any]:
    """What receivers and the audit log are told."""
    return {
        "customer_id": notice.customer_id,
        "currency": notice.currency,
        "level": notice.level,
        "tone": notice.tone,
        "notice_date": str(notice.as_of),
        "pay_by_date": str(notice.pay_by),
        "open_minor": notice.open_minor,
        "claimed_minor": notice.claimed_minor,
        "credit_minor": notice.credit_minor,
        "total_minor": notice.total_minor,
        "invoices": [_of_line(each) for each in notice.lines],
    }


def _of_line(line: Line) -> dict[str, Any]:
    return {"number": line.number, "due_date": str(line.due_date)} | _figures(line)


def _figures(line: Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in _FIGURES}


_FIGURES = (
    *("level", "days_overdue", "open_minor", "interest_minor", "lump_sum_minor"),
    *("fee_minor", "earlier_minor"),
)
