"""Issue a chunk of orders: number, immutable content and hash, audit entry, outbox event, in one transaction.

Either all of it stands or nothing does, whatever line the process dies on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from fakturo.audit import canonical
from fakturo.invoice import content, content_sha256
from fakturo.issue import credit_series_name, issue_day, number, series_name
from fakturo.ledger import audit_chain, findings
from fakturo.ledger.issuing import customers
from fakturo.ledger.issuing.crediting import close, still_right, wake, with_credits
from fakturo.ledger.issuing.deposit_order import in_turn, locked_ids, rest_a_while
from fakturo.ledger.issuing.holding import doubts
from fakturo.ledger.issuing.numbering import take
from fakturo.ledger.issuing.overruling import without_overruled
from fakturo.ledger.issuing.preparing import Prepared, prepare
from fakturo.ledger.open import writing
from fakturo.ledger.orders.queue import Claimed, claim
from fakturo.ledger.tables import drafts, invoices, orders, outbox
from fakturo.seller import Seller

CHUNK = 200
"""Orders a transaction: at 200 the fixed cost of a commit is 2 % of the work, and a lock lasts < 0.1 s."""


@dataclass(frozen=True)
class ChunkOutcome:
    """What became of a chunk; `skipped` orders had lost their lease and were left to who holds it."""

    issued: int = 0
    """Invoices."""
    credited: int = 0
    """Credit notes."""
    review: int = 0
    credit_requested: int = 0
    """Cancellations whose invoice is not known, or not issued yet."""
    skipped: int = 0
    numbers: tuple[str, ...] = ()

    def left(self) -> int:
        """Orders that left the queue."""
        return self.issued + self.credited + self.review + self.credit_requested

    def __add__(self, other: "ChunkOutcome") -> "ChunkOutcome":
        """Both together; the numbers are the later one's."""
        return ChunkOutcome(
            issued=self.issued + other.issued,
            credited=self.credited + other.credited,
            review=self.review + other.review,
            credit_requested=self.credit_requested + other.credit_requested,
            skipped=self.skipped + other.skipped,
            numbers=other.numbers,
        )


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
    prepared = with_credits(engine, prepare(engine, claimed, seller, now), seller, now)
    with writing(engine) as connection:
        held = _held(connection, [each.claimed.id for each in prepared], worker)
        mine = still_right(connection, [each for each in prepared if each.claimed.id in held])
        mine = in_turn(connection, mine)
        odd = doubts(connection, [each for each in mine if _may_be_odd(each)], now)
        mine = [each._replace(findings=[*each.findings, *odd.get(each.claimed.id, [])]) for each in mine]
        mine = without_overruled(connection, mine, held)
        good = [each for each in mine if each.invoice and not each.findings and not each.waits]
        notes = [each for each in good if each.corrects]
        bills = [each for each in good if not each.corrects]
        asked = [
            each
            for each in mine
            if each.order and each.order.kind == "cancellation" and not each.corrects and not each.findings
        ]
        doubtful = [each for each in mine if each.findings and not each.waits]
        stamp = _Stamp(connection, now, worker, run_id)
        numbers = _issue(stamp, bills, held, series_name(seller, issue_day(now, seller)))
        numbers += _issue(stamp, notes, held, credit_series_name(seller, issue_day(now, seller)))
        close(connection, [each.corrects.invoice_id for each in notes if each.corrects])
        _review(stamp, doubtful)
        _request_credit(stamp, asked)
        wake(connection, bills, now)
        _move(stamp, [each for each in mine if each.waits], "queued", None)
        rest_a_while(connection, mine, now)
    return ChunkOutcome(
        issued=len(bills),
        credited=len(notes),
        review=len(doubtful),
        credit_requested=len(asked),
        skipped=len(claimed) - len(mine),
        numbers=tuple(numbers),
    )


def issue_waiting(
    engine: Engine,
    *,
    seller: Seller,
    worker: str,
    clock: Callable[[], datetime],
    lease_s: float,
    run_id: str | None = None,
    stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[ChunkOutcome], None] = lambda _: None,
) -> ChunkOutcome:
    """Issue chunk after chunk until nothing is left in lane 'rules', or `stop` says so.

    Args:
        on_progress: told each chunk's outcome.

    Returns:
        The sums over all chunks; `numbers` only of the last one.
    """
    total = ChunkOutcome()
    while not stop():
        claimed = claim(engine, lane="rules", worker=worker, limit=CHUNK, now=clock(), lease_s=lease_s)
        if not claimed:
            break
        chunk = issue_chunk(engine, claimed, seller=seller, now=clock(), worker=worker, run_id=run_id)
        on_progress(chunk)
        total = total + chunk
    return total


class _Stamp(NamedTuple):
    """What every row written in this transaction shares."""

    connection: Connection
    now: datetime
    worker: str
    run_id: str | None


def _may_be_odd(each: Prepared) -> bool:
    """Only what a source asked for is compared with what is usual; a person asked for the others."""
    return each.corrects is None and bool(each.order and each.order.kind != "deposit")


def _held(connection: Connection, ids: Sequence[int], worker: str) -> dict[int, int | None]:
    """Ids still leased by `worker`, each with its proved draft where one exists; their rows are locked."""
    rows = connection.execute(
        select(orders.c.id, orders.c.status, orders.c.leased_by)
        .where(orders.c.id.in_(locked_ids(connection, ids)))
        .order_by(orders.c.id)
        .with_for_update()
    )
    held: dict[int, int | None] = dict.fromkeys(
        row.id for row in rows if row.id in ids and (row.status, row.leased_by) == ("queued", worker)
    )
    proved = (
        select(drafts.c.order_id, func.max(drafts.c.id))
        .where(drafts.c.order_id.in_(held), drafts.c.outcome == "proved")
        .group_by(drafts.c.order_id)
    )
    return held | dict(connection.execute(proved).tuples().all())


def _issue(stamp: _Stamp, good: Sequence[Prepared], held: dict[int, int | None], series: str) -> list[str]:
    if not good:
        return []
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
                "corrects_id": each.corrects.invoice_id if each.corrects else None,
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


def _drafts(stamp: _Stamp, good: Sequence[Prepared], held: dict[int, int | None]) -> dict[int, int]:
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


def _review(stamp: _Stamp, doubtful: Sequence[Prepared]) -> None:
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


def _request_credit(stamp: _Stamp, asked: Sequence[Prepared]) -> None:
    entries = []
    for each in asked:
        original = each.order.cancels if each.order else None
        reason = (
            f"Credit note asked for order {original}."
            if original
            else "Credit note asked; original not known."
        )
        _move(stamp, [each], "credit_requested", reason)
        entries.append(("credit.requested", f"order:{each.claimed.id}", {"cancels": original}))
    audit_chain.append(stamp.connection, at=stamp.now, actor=stamp.worker, entries=entries)


def _move(stamp: _Stamp, moved: Sequence[Prepared], status: str, reason: str | None) -> None:
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
