"""Read the ledger for people: lists, one order's whole story, what waits and why."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, func, select

from fakturo.errors import NotFound
from fakturo.ledger.tables import ai_calls, audit, documents, drafts, files, findings, invoices, orders

RECENT = 5


def find_order(connection: Connection, key: str) -> Row[Any]:
    """An order by ledger id, external id, or the number of its invoice.

    Raises:
        NotFound: none, or several sources use that external id.
    """
    by_number = select(invoices.c.order_id).where(invoices.c.number == key)
    rows = connection.execute(select(orders).where(orders.c.id.in_(by_number))).all()
    rows = rows or connection.execute(select(orders).where(orders.c.external_id == key)).all()
    if not rows and key.isdecimal():
        rows = connection.execute(select(orders).where(orders.c.id == int(key))).all()
    originals = [row for row in rows if row.conflict_of is None] or rows
    if len(originals) > 1:
        choice = ", ".join(f"{row.id} ({row.source})" for row in originals)
        raise NotFound(f"Several orders are called {key}; give the id of one: {choice}.")
    if not originals:
        raise NotFound(f"No order {key}; `fakturo orders list` shows what there is.")
    return originals[0]


def find_invoice(connection: Connection, number: str) -> Row[Any]:
    """An invoice by its number.

    Raises:
        NotFound: no such number was issued.
    """
    row = connection.execute(select(invoices).where(invoices.c.number == number)).first()
    if row is None:
        raise NotFound(f"No invoice {number}; `fakturo invoices list` shows what was issued.")
    return row


def story(connection: Connection, order: Row[Any]) -> list[tuple[datetime, str]]:
    """Everything that happened to an order, in order of time: (moment in UTC, sentence)."""
    told: list[tuple[datetime, str]] = []
    file = connection.execute(select(files).where(files.c.id == order.file_id)).first()
    origin = f"from {file.name}" + (f", line {order.first_line}" if order.first_line else "") if file else ""
    told.append((order.received_at, f"received as {order.external_id} ({order.source}) {origin}".rstrip()))
    told += [
        (call.started_at, f"asked {call.model}: {_answer(call)}")
        for call in _of(connection, ai_calls, order.id)
    ]
    by = {"rules": "code", "person": "a person", "model": "the model", "import": "another system"}
    told += [
        (draft.created_at, f"drafted by {draft.model or by[draft.drafter]}: {draft.outcome}")
        for draft in _of(connection, drafts, order.id)
    ]
    told += [
        (each.created_at, f"{_STAGES.get(each.stage, each.stage)}: {each.message}")
        for each in _of(connection, findings, order.id)
    ]
    invoice = connection.execute(select(invoices).where(invoices.c.order_id == order.id)).first()
    if invoice:
        told.append((invoice.issued_at, f"issued as {invoice.number}"))
        rendered = connection.execute(select(documents).where(documents.c.invoice_id == invoice.id))
        told += [(each.created_at, f"written to {each.path} ({each.pages} pages)") for each in rendered]
    seen = connection.execute(
        select(audit.c.at, audit.c.action, audit.c.actor, audit.c.details)
        .where(audit.c.subject == f"order:{order.id}", audit.c.action.not_in(_TOLD_ABOVE))
        .order_by(audit.c.seq)
    )
    told += [(row.at, f"{row.action} by {row.actor}{_said(row.details)}") for row in seen]
    return sorted(told, key=lambda each: each[0])


_TOLD_ABOVE = ("order.drafted",)
_STAGES = {"review": "overruled"}


def _answer(call: Row[Any]) -> str:
    """What became of a request: 'transient (HTTP 503) after 120 ms'."""
    if call.outcome == "sent":
        return "no answer yet, or its process died"
    status = f" (HTTP {call.http_status})" if call.http_status else ""
    return f"{call.outcome}{status} after {call.duration_ms} ms"


def _said(details: str) -> str:
    """The note or reason that a person gave, and what was overruled."""
    told = json.loads(details)
    note = told.get("note") or told.get("reason")
    overruled = ", ".join(told.get("overruled") or ())
    return (f": {note}" if note else "") + (f" (overruled: {overruled})" if overruled else "")


def conditions(table: Table, **equal: str | None) -> ColumnElement[bool]:
    """All columns that have a value to compare with; None is no condition."""
    return and_(True, *(table.c[name] == value for name, value in equal.items() if value is not None))


def newest(
    connection: Connection, table: Table, where: ColumnElement[bool], limit: int
) -> Sequence[Row[Any]]:
    """The last `limit` rows, newest first."""
    return connection.execute(select(table).where(where).order_by(table.c.id.desc()).limit(limit)).all()


def reasons(connection: Connection, status: str) -> list[tuple[str, int]]:
    """Why orders of a status are where they are: code of a current finding and count, most frequent first."""
    query = (
        select(findings.c.code, func.count(func.distinct(findings.c.order_id)))
        .join(orders, orders.c.id == findings.c.order_id)
        .where(orders.c.status == status, findings.c.created_at == orders.c.updated_at)
        .group_by(findings.c.code)
        .order_by(func.count(func.distinct(findings.c.order_id)).desc(), findings.c.code)
    )
    return [(code, int(count)) for code, count in connection.execute(query)]


def parked(connection: Connection, now: datetime) -> list[tuple[str, int, datetime]]:
    """Why orders are parked: (reason, how many, when the first of them is tried again), most first."""
    query = (
        select(orders.c.status_reason, func.count(), func.min(orders.c.not_before))
        .where(orders.c.status == "queued", orders.c.not_before > now)
        .group_by(orders.c.status_reason)
        .order_by(func.count().desc(), orders.c.status_reason)
    )
    return [(reason or "", int(count), first) for reason, count, first in connection.execute(query)]


def ids_of(connection: Connection, status: str) -> Sequence[int]:
    """Ids of all orders of a status, oldest first."""
    return (
        connection.execute(select(orders.c.id).where(orders.c.status == status).order_by(orders.c.id))
        .scalars()
        .all()
    )


def dead_letters(connection: Connection) -> list[tuple[str, int | None, int, int]]:
    """Dead letters by their last answer: (class, HTTP status, how many, id of the newest), most first."""
    settled = ai_calls.alias()
    last = (
        select(func.max(settled.c.id))
        .where(settled.c.order_id == orders.c.id, settled.c.outcome != "sent")
        .correlate(orders)
        .scalar_subquery()
    )
    query = (
        select(ai_calls.c.outcome, ai_calls.c.http_status, func.count(), func.max(orders.c.id))
        .select_from(orders)
        .outerjoin(ai_calls, ai_calls.c.id == last)
        .where(orders.c.status == "dead_letter")
        .group_by(ai_calls.c.outcome, ai_calls.c.http_status)
        .order_by(func.count().desc(), ai_calls.c.outcome)
    )
    return [(row[0] or "never asked", row[1], int(row[2]), row[3]) for row in connection.execute(query)]


def _of(connection: Connection, table: Table, order_id: int) -> Sequence[Row[Any]]:
    return connection.execute(select(table).where(table.c.order_id == order_id).order_by(table.c.id)).all()
