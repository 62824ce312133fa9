"""Issue a chunk of orders: number, immutable content and hash, audit entry and outbox event, in one
short transaction. Either all of it stands or nothing does, whatever line the process dies on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from fakturo.audit import canonical
from fakturo.check import Finding
from fakturo.invoice import Invoice, content, content_sha256
from fakturo.issue import issue_day, number, propose, series_name
from fakturo.ledger import audit_chain, customers, findings
from fakturo.ledger.numbering import take
from fakturo.ledger.open import reading, writing
from fakturo.ledger.queue import Claimed
from fakturo.ledger.tables import drafts, invoices, orders, outbox
from fakturo.order import Order
from fakturo.settings import Seller
from fakturo.tax import Client


@dataclass(frozen=True)
class ChunkOutcome:
    """What became of a chunk; `skipped` orders had lost their lease and were left to who holds it."""

    issued: int = 0
    review: int = 0
    credit_requested: int = 0
    skipped: int = 0
    numbers: tuple[str, ...] = ()


class _Prepared(NamedTuple):
    claimed: Claimed
    order: Order | None
    invoice: Invoice | None
    findings: Sequence[Finding]


def issue_chunk(
    engine: Engine,
    claimed: Sequence[Claimed],
    *,
    seller: Seller,
    now: datetime,
    worker: str,
    run_id: str | None = None,
) -> ChunkOutcome:
    """Issue, send to review or turn into credit requests all orders of a chunk that `worker` still holds.

    Everything that can be computed is computed before the transaction starts, so that the numbers are
    locked for milliseconds only.
    """
    prepared = _prepare(engine, claimed, seller, now)
    with writing(engine) as connection:
        held = _held(connection, [each.claimed.id for each in prepared], worker)
        mine = [each for each in prepared if each.claimed.id in held]
        repeated = _already_invoiced(connection, mine)
        good = [
            each for each in mine if each.invoice and not each.findings and each.claimed.id not in repeated
        ]
        credits = [each for each in mine if each.order and each.order.kind == "cancellation"]
        doubtful = [
            each._replace(findings=[*each.findings, *repeated.get(each.claimed.id, [])])
            for each in mine
            if each.findings or each.claimed.id in repeated
        ]
        stamp = _Stamp(connection, now, worker, run_id)
        numbers = _issue(stamp, good, held, seller)
        _review(stamp, doubtful)
        _request_credit(stamp, credits)
    return ChunkOutcome(
        issued=len(good),
        review=len(doubtful),
        credit_requested=len(credits),
        skipped=len(claimed) - len(mine),
        numbers=tuple(numbers),
    )


def _prepare(engine: Engine, claimed: Sequence[Claimed], seller: Seller, now: datetime) -> list[_Prepared]:
    parsed: list[tuple[Claimed, Order | None, list[Finding]]] = []
    for each in claimed:
        try:
            parsed.append((each, Order.model_validate_json(each.content or ""), []))
        except ValidationError as error:
            message = f"The stored order does not read back: {error.errors()[0]['msg']}; retry or reject it."
            parsed.append((each, None, [Finding(code="order_unreadable", message=message)]))
    with reading(engine) as connection:
        known = customers.known(connection, [order.customer.id for _, order, _ in parsed if order])
    day = issue_day(now, seller)
    prepared = []
    for each, order, wrong in parsed:
        if order is None or order.kind == "cancellation":
            prepared.append(_Prepared(each, order, None, wrong))
            continue
        of_ledger = known.get(order.customer.id)
        proposal = propose(
            order,
            buyer=customers.completed(order.customer, of_ledger.party if of_ledger else None),
            client=of_ledger.client if of_ledger else Client(),
            seller=seller,
            issue_date=day,
        )
        prepared.append(_Prepared(each, order, proposal.invoice, proposal.findings))
    return prepared


class _Stamp(NamedTuple):
    """What every row written in this transaction shares."""

    connection: Connection
    now: datetime
    worker: str
    run_id: str | None


def _held(connection: Connection, ids: Sequence[int], worker: str) -> dict[int, int | None]:
    """Ids still leased by `worker`, each with its proved draft where one exists."""
    rows = connection.execute(
        select(orders.c.id)
        .where(orders.c.id.in_(ids), orders.c.status == "queued", orders.c.leased_by == worker)
        .with_for_update()
    )
    held: dict[int, int | None] = dict.fromkeys(rows.scalars())
    proved = (
        select(drafts.c.order_id, func.max(drafts.c.id))
        .where(drafts.c.order_id.in_(held), drafts.c.outcome == "proved")
        .group_by(drafts.c.order_id)
    )
    return held | dict(connection.execute(proved).tuples().all())


def _already_invoiced(connection: Connection, prepared: Sequence[_Prepared]) -> dict[int, list[Finding]]:
    """Orders whose customer was invoiced the same total under the same purchase order number before."""
    asking = {each.claimed.id: each.invoice for each in prepared if each.invoice and each.invoice.po_number}
    if not asking:
        return {}
    query = (
        select(orders.c.customer_id, orders.c.po_number, invoices.c.total_minor, invoices.c.number)
        .join(invoices, invoices.c.order_id == orders.c.id)
        .where(
            orders.c.customer_id.in_({invoice.buyer.id for invoice in asking.values()}),
            orders.c.po_number.in_({invoice.po_number for invoice in asking.values()}),
        )
    )
    before = {(row[0], row[1], row[2]): row[3] for row in connection.execute(query)}
    found = {}
    for order_id, invoice in asking.items():
        key = (invoice.buyer.id, invoice.po_number or "", invoice.total_minor)
        if key in before:
            message = (
                f"Purchase order {invoice.po_number} of customer {invoice.buyer.id} was invoiced with this very "
                f"total as {before[key]}; approve it only if the customer ordered twice."
            )
            found[order_id] = [Finding(code="po_already_invoiced", message=message, place="po_number")]
        before.setdefault(key, "the one before it in this chunk")
    return found


def _issue(
    stamp: _Stamp, good: Sequence[_Prepared], held: dict[int, int | None], seller: Seller
) -> list[str]:
    if not good:
        return []
    series = series_name(seller, issue_day(stamp.now, seller))
    seqs = take(stamp.connection, series, len(good))
    customers.add_missing(stamp.connection, [each.order.customer for each in good if each.order], stamp.now)
    drafted = _drafts(stamp, good, held)
    rows: list[dict[str, Any]] = []
    for each, seq in zip(good, seqs, strict=True):
        assert each.invoice is not None  # noqa: S101  `good` holds only those that have one
        invoice = each.invoice.model_copy(update={"number": number(series, seq)})
        text = content(invoice)
        rows.append(
            {
                "number": invoice.number,
                "series": series,
                "seq": seq,
                "kind": invoice.kind,
                "order_id": each.claimed.id,
                "draft_id": drafted[each.claimed.id],
                "customer_id": invoice.buyer.id,
                "currency": invoice.currency,
                "issue_date": invoice.issue_date,
                "due_date": invoice.due_date,
                "tax_point_date": invoice.tax_point_date,
                "net_minor": invoice.net_minor,
                "tax_minor": invoice.tax_minor,
                "total_minor": invoice.total_minor,
                "content": text,
                "content_sha256": content_sha256(text),
                "issued_at": stamp.now,
                "run_id": stamp.run_id,
            }
        )
    stamp.connection.execute(insert(invoices), rows)
    told = [
        {key: row[key] for key in ("number", "order_id", "currency", "total_minor", "content_sha256")}
        for row in rows
    ]
    stamp.connection.execute(
        insert(outbox),
        [
            {
                "event": "invoice.issued",
                "subject": each["number"],
                "payload": canonical(each),
                "created_at": stamp.now,
            }
            for each in told
        ],
    )
    entries = [("invoice.issued", f"invoice:{each['number']}", each) for each in told]
    audit_chain.append(stamp.connection, at=stamp.now, actor=stamp.worker, entries=entries)
    _move(stamp, good, "issued", None)
    return [row["number"] for row in rows]


def _drafts(stamp: _Stamp, good: Sequence[_Prepared], held: dict[int, int | None]) -> dict[int, int]:
    """Draft id of every order; those that code understood at intake get their draft row here."""
    drafted = {order_id: draft_id for order_id, draft_id in held.items() if draft_id is not None}
    new = [each.claimed.id for each in good if each.claimed.id not in drafted]
    if new:
        rows = [
            {
                "order_id": order_id,
                "drafter": "rules",
                "outcome": "proved",
                "created_at": stamp.now,
                "run_id": stamp.run_id,
            }
            for order_id in new
        ]
        made: Sequence[Row[Any]] = stamp.connection.execute(
            insert(drafts).returning(drafts.c.order_id, drafts.c.id), rows
        ).all()
        drafted.update((row[0], row[1]) for row in made)
    return drafted


def _review(stamp: _Stamp, doubtful: Sequence[_Prepared]) -> None:
    for each in doubtful:
        found = [(each.claimed.id, None, finding) for finding in each.findings]
        findings.record(stamp.connection, found, stage="issue", now=stamp.now, run_id=stamp.run_id)
        _move(stamp, [each], "needs_review", findings.in_words(each.findings))
    entries = [
        (
            "order.needs_review",
            f"order:{each.claimed.id}",
            {"codes": [finding.code for finding in each.findings]},
        )
        for each in doubtful
    ]
    audit_chain.append(stamp.connection, at=stamp.now, actor=stamp.worker, entries=entries)


def _request_credit(stamp: _Stamp, credits: Sequence[_Prepared]) -> None:
    entries = []
    for each in credits:
        original = each.order.cancels if each.order else None
        reason = (
            f"Credit note asked for order {original}."
            if original
            else "Credit note asked; original not known."
        )
        _move(stamp, [each], "credit_requested", reason)
        entries.append(("credit.requested", f"order:{each.claimed.id}", {"cancels": original}))
    audit_chain.append(stamp.connection, at=stamp.now, actor=stamp.worker, entries=entries)


def _move(stamp: _Stamp, moved: Sequence[_Prepared], status: str, reason: str | None) -> None:
    if moved:
        stamp.connection.execute(
            update(orders)
            .where(orders.c.id.in_([each.claimed.id for each in moved]))
            .values(
                status=status,
                status_reason=reason,
                leased_until=None,
                leased_by=None,
                not_before=None,
                updated_at=stamp.now,
            )
        )
