"""An order that waits for a person, with all that is known about it: read only.

Current findings are those of the step that sent the order here: they bear the moment of its last change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, select

from fakturo.finding import Finding
from fakturo.ledger.issuing.overruling import STAGE
from fakturo.ledger.tables import ai_answers, ai_calls, drafts, files, findings, orders, quarantine

UNDECIDED = ("needs_review", "dead_letter")
"""Statuses in which a person may decide."""
_NO_DOUBT = (STAGE, "landed")
"""What a person overruled, and what a whole batch showed: neither keeps this order here."""


class Twin(NamedTuple):
    """Another order of the same source under the same id, with other content."""

    id: int
    status: str
    came_first: bool


class Held(NamedTuple):
    """A row of the order's file that was quarantined."""

    line: int
    reasons: str
    """JSON list of sentences."""
    raw: str
    """JSON object: column -> text as read."""


@dataclass(frozen=True)
class Case:
    """One order as it stood when a person looked; a decision holds only while it stands so."""

    id: int
    source: str
    external_id: str
    kind: str
    lane: str
    status: str
    status_reason: str | None
    customer_id: str | None
    currency: str | None
    ordered_on: date | None
    po_number: str | None
    received_at: datetime
    updated_at: datetime
    raw: str | None
    """The text as it came, of orders that came as one document."""
    content: str | None
    """JSON of the order as understood or drafted; None where nobody could."""
    draft_id: int | None
    """The newest draft."""
    drafter: str | None
    model: str | None
    findings: tuple[Finding, ...]
    """Why it waits."""
    noticed: tuple[Finding, ...] = ()
    """What a check of its batch said besides."""
    file: str | None = None
    first_line: int | None = None
    held: tuple[Held, ...] = ()
    twins: tuple[Twin, ...] = ()
    answer: str | None = None
    """The model's last answer, where no draft came of it."""

    @property
    def version(self) -> tuple[str, datetime, int | None]:
        """What must not have changed when a decision is written."""
        return self.status, self.updated_at, self.draft_id


class Waiting(NamedTuple):
    """One line of the list of orders in review."""

    id: int
    external_id: str
    source: str
    customer_id: str | None
    since: datetime
    reason: str
    codes: tuple[str, ...]
    content: str | None
    kind: str


def open_case(connection: Connection, order: Row[Any]) -> Case:
    """Everything a person needs to decide about an order.

    Args:
        order: a row of `orders`, as `stories.find_order` gives it.
    """
    draft = newest_draft(connection, order.id)
    found = connection.execute(
        select(findings).where(findings.c.order_id == order.id).order_by(findings.c.id)
    ).all()
    doubts = [each for each in found if each.stage not in _NO_DOUBT]
    current = [each for each in doubts if each.created_at == order.updated_at] or doubts
    content = content_of(order, draft)
    file = connection.execute(select(files.c.name).where(files.c.id == order.file_id)).scalar()
    return Case(
        id=order.id,
        source=order.source,
        external_id=order.external_id,
        kind=order.kind,
        lane=order.lane,
        status=order.status,
        status_reason=order.status_reason,
        customer_id=order.customer_id,
        currency=order.currency,
        ordered_on=order.ordered_on,
        po_number=order.po_number,
        received_at=order.received_at,
        updated_at=order.updated_at,
        raw=order.raw,
        content=content,
        draft_id=draft.id if draft else None,
        drafter=draft.drafter if draft else None,
        model=draft.model if draft else None,
        findings=tuple(map(_finding, current)),
        noticed=tuple(_finding(each) for each in found if each.stage == "landed"),
        file=file,
        first_line=order.first_line,
        held=_held(connection, order),
        twins=twins(connection, order),
        answer=_answer(connection, order.id) if content is None else None,
    )


def newest_draft(connection: Connection, order_id: int) -> Row[Any] | None:
    """The last draft of an order, whoever made it."""
    query = select(drafts).where(drafts.c.order_id == order_id).order_by(drafts.c.id.desc()).limit(1)
    return connection.execute(query).first()


def content_of(order: Row[Any], draft: Row[Any] | None) -> str | None:
    """The order as it would be issued: what code understood or a person wrote, else the model's draft."""
    text: str | None = order.content if order.lane == "rules" else draft.content if draft else None
    return text


def twins(connection: Connection, order: Row[Any]) -> tuple[Twin, ...]:
    """Other orders of the same source with the same id, oldest first."""
    query = (
        select(orders.c.id, orders.c.status, orders.c.conflict_of)
        .where(
            orders.c.source == order.source,
            orders.c.external_id == order.external_id,
            orders.c.id != order.id,
        )
        .order_by(orders.c.id)
    )
    found = connection.execute(query)
    return tuple(Twin(row.id, row.status, row.conflict_of is None) for row in found)


def waiting(
    connection: Connection,
    *,
    code: str | None = None,
    source: str | None = None,
    customer: str | None = None,
    limit: int | None = None,
) -> Sequence[Waiting]:
    """Orders in review, those that wait longest first.

    Args:
        code: only those that a current finding of this code keeps.
    """
    where: list[ColumnElement[bool]] = [orders.c.status == "needs_review"]
    if code is not None:
        of_code = and_(findings.c.order_id == orders.c.id, findings.c.code == code, _IS_CURRENT)
        where.append(exists().where(of_code))
    if source is not None:
        where.append(orders.c.source == source)
    if customer is not None:
        where.append(orders.c.customer_id == customer)
    query = select(orders).where(*where).order_by(orders.c.updated_at, orders.c.id).limit(limit)
    rows = connection.execute(query).all()
    codes = _current_codes(connection, [row.id for row in rows])
    return [
        Waiting(
            row.id,
            row.external_id,
            row.source,
            row.customer_id,
            row.updated_at,
            row.status_reason or "",
            tuple(dict.fromkeys(codes.get(row.id, ()))),
            content_of(row, newest_draft(connection, row.id) if row.lane == "model" else None),
            row.kind,
        )
        for row in rows
    ]


_IS_CURRENT = and_(findings.c.created_at == orders.c.updated_at, findings.c.stage.not_in(_NO_DOUBT))
_MOST_IDS = 500


def _current_codes(connection: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for start in range(0, len(ids), _MOST_IDS):
        query = (
            select(findings.c.order_id, findings.c.code)
            .join(orders, orders.c.id == findings.c.order_id)
            .where(findings.c.order_id.in_(ids[start : start + _MOST_IDS]), _IS_CURRENT)
            .order_by(findings.c.id)
        )
        for order_id, code in connection.execute(query):
            found.setdefault(order_id, []).append(code)
    return found


def _held(connection: Connection, order: Row[Any]) -> tuple[Held, ...]:
    """Quarantined rows of the order itself; those without an id are not known to be its own."""
    if order.file_id is None:
        return ()
    readings = select(files.c.id).where((files.c.id == order.file_id) | (files.c.retry_of == order.file_id))
    query = (
        select(quarantine.c.line, quarantine.c.reasons, quarantine.c.raw)
        .where(
            quarantine.c.file_id.in_(readings),
            quarantine.c.external_id == order.external_id,
            quarantine.c.status == "open",
        )
        .order_by(quarantine.c.line)
    )
    return tuple(Held(*row) for row in connection.execute(query))


def _answer(connection: Connection, order_id: int) -> str | None:
    """The model's last usable answer about an order, from the cache that saves a second payment."""
    query = (
        select(ai_answers.c.answer)
        .join(ai_calls, ai_calls.c.request_sha256 == ai_answers.c.request_sha256)
        .where(ai_calls.c.order_id == order_id)
        .order_by(ai_calls.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()


def _finding(row: Row[Any]) -> Finding:
    return Finding(code=row.code, message=row.message, place=row.place)
