"""Land one file in one transaction: orders, clients, quarantined rows, findings, file row, audit entry.

Either the whole file stands in the ledger or nothing of it does.

An order's key is (source, external id, content hash). The same key again is a no-op; the same id with other
content is landed beside the first, for a person, and never queued.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from fakturo.finding import Finding
from fakturo.ledger import audit_chain, findings
from fakturo.ledger.bulk import insert_rows
from fakturo.ledger.landing.arrivals import FileFacts, Landed, Landing, Refused
from fakturo.ledger.landing.parties import remember
from fakturo.ledger.landing.stepping_back import step_back
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import files, orders, quarantine

BATCH = 2000
"""Orders a statement: 33,000 orders of 570,000 lines and 170,000 refusals land in 2 s; more gain nothing."""
_MOST_IDS = 500

Complete = Callable[[Connection, Sequence[Landing]], Collection[str]]
"""(orders that stand with other content) -> external ids of those whose standing order it completed."""


def land(
    engine: Engine,
    facts: FileFacts,
    *,
    rows_in: int,
    rows_duplicate: int,
    landings: Callable[[], Iterable[Landing]],
    refused: Callable[[], Iterable[Refused]],
    now: datetime,
    run_id: str | None = None,
    dry_run: bool = False,
    and_then: Callable[[Connection, int], None] | None = None,
    complete: Complete | None = None,
) -> Landed:
    """Write a file into the ledger, or with `dry_run` only say what would become of it.

    Args:
        rows_in: rows that were read.
        rows_duplicate: rows that repeat another row of the same file.
        landings: gives the orders anew at each call, in the order of the file.
        refused: gives the quarantined rows anew at each call.
        and_then: called with the file's id before the transaction ends.
        complete: asked about orders that stand with other content; those it takes are no conflicts.
    """
    job = _Job(facts, rows_in, rows_duplicate, landings, refused, now, run_id, and_then, complete)
    if dry_run:
        with reading(engine) as connection:
            counts = _Counts(rows_duplicate)
            for batch in _batches(landings(), BATCH):
                _sorted_out(connection, facts.source, batch, counts)
            counts.quarantined = sum(1 for _ in refused())
            return counts.landed(rows_in)
    try:
        return _write(engine, job)
    except IntegrityError:  # another process landed the same file or order first: now we see it
        return _write(engine, job)


def known(engine: Engine, source: str, sha256: str, mapping: str | None) -> Landed | None:
    """What became of the very same file before; None when it is new, or now read by another mapping."""
    with reading(engine) as connection:
        return _known(connection, source, sha256, mapping)


def contents_of(engine: Engine, source: str, customer_ids: Iterable[str]) -> Iterator[str]:
    """Content (JSON) of the orders and cancellations of some customers."""
    with reading(engine) as connection:
        for ids in _batches(customer_ids, _MOST_IDS):
            query = select(orders.c.content).where(
                orders.c.source == source,
                orders.c.customer_id.in_(ids),
                orders.c.content.is_not(None),
                orders.c.conflict_of.is_(None),
            )
            yield from connection.execution_options(yield_per=BATCH).execute(query).scalars()


class _Job(NamedTuple):
    facts: FileFacts
    rows_in: int
    rows_duplicate: int
    landings: Callable[[], Iterable[Landing]]
    refused: Callable[[], Iterable[Refused]]
    now: datetime
    run_id: str | None
    and_then: Callable[[Connection, int], None] | None
    complete: Complete | None = None


class _Counts:
    """Running sums of one file."""

    def __init__(self, rows_duplicate: int) -> None:
        self.accepted = self.quarantined = self.new = self.same = self.conflict = 0
        self.duplicate = rows_duplicate

    def landed(self, rows_in: int) -> Landed:
        counted = (self.accepted, self.duplicate, self.quarantined, self.new, self.same, self.conflict)
        return Landed(rows_in, *counted).balanced()


def _known(connection: Connection, source: str, sha256: str, mapping: str | None) -> Landed | None:
    query = select(files).where(files.c.source == source, files.c.sha256 == sha256)
    row = connection.execute(query).first()
    if row is None or row.mapping != mapping:
        return None
    before = row.orders_new + row.orders_duplicate + row.orders_conflict
    return Landed(row.rows_in, 0, row.rows_in, 0, orders_duplicate=before)


def _write(engine: Engine, job: _Job) -> Landed:
    facts = job.facts
    with writing(engine) as connection:
        before = _known(connection, facts.source, facts.sha256, facts.mapping)
        if before:
            return before
        file_id = _file_row(connection, job)
        counts = _Counts(job.rows_duplicate)
        for batch in _batches(job.landings(), BATCH):
            fresh, conflicts = _sorted_out(connection, facts.source, batch, counts)
            _insert(connection, job, file_id, fresh, {})
            if conflicts and job.complete is not None:
                completed = job.complete(connection, conflicts)
                conflicts = [each for each in conflicts if each.external_id not in completed]
                counts.conflict -= len(completed)
            if conflicts:
                _insert(connection, job, file_id, conflicts, _first_ids(connection, facts.source, conflicts))
            remember(connection, [each.customer for each in fresh if each.customer], job.now)
        for rows in _batches(job.refused(), BATCH):
            counts.quarantined += len(rows)
            stamped = [(file_id, *row, "open", job.now) for row in rows]
            insert_rows(connection, quarantine, _QUARANTINE, stamped)
        landed = counts.landed(job.rows_in)
        connection.execute(update(files).where(files.c.id == file_id).values(**landed._asdict()))
        if job.and_then is not None:
            job.and_then(connection, file_id)
        told = landed._asdict() | {"sha256": facts.sha256, "name": facts.name, "source": facts.source}
        audit_chain.append(
            connection, at=job.now, actor="intake", entries=[("file.landed", f"file:{file_id}", told)]
        )
    return landed


def _file_row(connection: Connection, job: _Job) -> int:
    """Id of the file's row; a file read again under another mapping keeps its row, old refusals step back."""
    facts = job.facts
    values = facts._asdict() | {"received_at": job.now, "run_id": job.run_id}
    values |= dict.fromkeys((name for name in Landed._fields), 0)
    same = (files.c.source == facts.source) & (files.c.sha256 == facts.sha256)
    file_id = connection.execute(select(files.c.id).where(same)).scalar()
    if file_id is None:
        return int(connection.execute(insert(files).values(**values).returning(files.c.id)).scalar_one())
    connection.execute(update(files).where(files.c.id == file_id).values(**values))
    step_back(connection, file_id)
    return int(file_id)


def _sorted_out(
    connection: Connection, source: str, batch: list[Landing], counts: _Counts
) -> tuple[list[Landing], list[Landing]]:
    """New orders and conflicting ones of a batch; counts them and the duplicates."""
    seen = _hashes(connection, source, [each.external_id for each in batch])
    fresh: list[Landing] = []
    conflicts: list[Landing] = []
    for each in batch:
        before = seen.setdefault(each.external_id, set())
        if each.content_sha256 in before:
            counts.same += 1
            counts.duplicate += each.rows
            continue
        counts.accepted += each.rows
        (conflicts if before else fresh).append(each)
        before.add(each.content_sha256)
    counts.new += len(fresh)
    counts.conflict += len(conflicts)
    return fresh, conflicts


def _hashes(connection: Connection, source: str, external_ids: list[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for ids in _batches(external_ids, _MOST_IDS):
        query = select(orders.c.external_id, orders.c.content_sha256)
        query = query.where(orders.c.source == source, orders.c.external_id.in_(ids))
        for external_id, sha256 in connection.execute(query):
            found.setdefault(external_id, set()).add(sha256)
    return found


def _first_ids(connection: Connection, source: str, batch: list[Landing]) -> dict[str, int]:
    """Id of the order that holds each external id."""
    found: dict[str, int] = {}
    for ids in _batches([each.external_id for each in batch], _MOST_IDS):
        query = select(orders.c.external_id, orders.c.id).where(
            orders.c.source == source, orders.c.external_id.in_(ids), orders.c.conflict_of.is_(None)
        )
        found.update(connection.execute(query).tuples().all())
    return found


def _insert(
    connection: Connection, job: _Job, file_id: int, batch: list[Landing], first_ids: dict[str, int]
) -> None:
    """Insert orders and their findings; those named in `first_ids` as conflicts with that order."""
    if first_ids:
        batch = [_conflicting(each, first_ids[each.external_id], job.facts.name) for each in batch]
    rows = [
        (
            job.facts.source,
            each.external_id,
            each.content_sha256,
            each.kind,
            each.lane,
            each.status,
            each.status_reason,
            each.customer_id,
            each.currency,
            each.ordered_on,
            each.po_number,
            each.line_count,
            each.content,
            each.raw,
            file_id,
            each.first_line,
            first_ids.get(each.external_id),
            each.cancels,
            job.now,
            job.now,
            job.run_id,
        )
        for each in batch
    ]
    insert_rows(connection, orders, _ORDERS, rows)
    doubtful = [each for each in batch if each.findings]
    for some in _batches(doubtful, _MOST_IDS):
        query = select(orders.c.external_id, orders.c.content_sha256, orders.c.id).where(
            orders.c.source == job.facts.source, orders.c.external_id.in_([each.external_id for each in some])
        )
        ids = {(row[0], row[1]): row[2] for row in connection.execute(query)}
        found = [
            (ids[each.external_id, each.content_sha256], None, finding)
            for each in some
            for finding in each.findings
        ]
        findings.record(connection, found, stage="intake", now=job.now, run_id=job.run_id)


def _conflicting(landing: Landing, first_id: int, name: str) -> Landing:
    before = f"{landing.external_id} of {name} was taken in before, as order {first_id}, with other content; "
    if landing.status == "issued":  # by another system, which changes no invoice
        status, message = "rejected", f"Invoice {before}the first one stands."
    else:
        status, message = "needs_review", f"Order {before}approve one of the two and reject the other."
    found = (Finding(code="conflict", message=message), *landing.findings)
    return landing._replace(status=status, status_reason=message, findings=found)


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


_QUARANTINE = ("file_id", "line", "external_id", "reasons", "raw", "status", "created_at")
_ORDERS = [
    "source",
    "external_id",
    "content_sha256",
    "kind",
    "lane",
    "status",
    "status_reason",
    "customer_id",
    "currency",
    "ordered_on",
    "po_number",
    "line_count",
    "content",
    "raw",
    "file_id",
    "first_line",
    "conflict_of",
    "cancels",
    "received_at",
    "updated_at",
    "run_id",
]
