"""Land one file of payments in one transaction: payments, quarantined rows, findings, file row, audit entry.

A payment's key is (source, reference). The same key with the same content is a no-op; with other content it
is a conflict and goes to quarantine: money is neither doubled nor silently replaced.

Rows that do not concern us (pending, salaries, rent) are no part of `files.rows_in`: they are counted,
with their reasons, in the file's audit entry, so that in = accepted + duplicate + quarantined always holds.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from fakturo.check import Finding
from fakturo.ledger import audit_chain, findings
from fakturo.ledger.arrivals import FileFacts, Landed, Refused
from fakturo.ledger.bulk import insert_rows
from fakturo.ledger.open import reading, writing
from fakturo.ledger.payment_tables import payments
from fakturo.ledger.tables import files, quarantine
from fakturo.payment import Arrived, PaymentRecord

MOST_TRIES = 10
"""Each failed try means that another process has landed something meanwhile, so there are few."""
_BATCH = 2000
_MOST_IDS = 500


def land_payments(
    engine: Engine,
    facts: FileFacts,
    *,
    records: Sequence[Arrived],
    refused: Sequence[Refused],
    skipped: Mapping[str, int] | None = None,
    found: Sequence[Finding] = (),
    now: datetime,
    run_id: str | None = None,
    dry_run: bool = False,
) -> Landed:
    """Write a file's payments into the ledger, or with `dry_run` only say what would become of them.

    Args:
        facts: `source` is that of the file; each payment has its own.
        refused: rows that could not be read.
        skipped: reason -> how many rows do not concern us.
        found: what is wrong with the file as a whole, such as balances that do not add up.

    Returns:
        Counts of payments; `rows_in` leaves the skipped rows out.
    """
    job = _Job(facts, records, refused, skipped or {}, found, now, run_id)
    if dry_run:
        with reading(engine) as connection:
            before = _file_before(connection, facts)
            if _is_known(before, facts):
                return _repeated(before)
            return _sorted_out(connection, job, before).landed(job)
    for _ in range(MOST_TRIES - 1):
        try:
            return _write(engine, job)
        except IntegrityError:  # another process landed the same file or payment first: now we see it
            continue
    return _write(engine, job)


class _Job(NamedTuple):
    facts: FileFacts
    records: Sequence[Arrived]
    refused: Sequence[Refused]
    skipped: Mapping[str, int]
    found: Sequence[Finding]
    now: datetime
    run_id: str | None


class _Sorted(NamedTuple):
    """Payments of a file, by what becomes of them."""

    fresh: list[Arrived]
    duplicate: int
    conflicts: list[Refused]

    def landed(self, job: _Job) -> Landed:
        rows_in = len(job.records) + len(job.refused)
        quarantined = len(job.refused) + len(self.conflicts)
        return Landed(rows_in, len(self.fresh), self.duplicate, quarantined).balanced()


def _write(engine: Engine, job: _Job) -> Landed:
    facts = job.facts
    with writing(engine) as connection:
        before = _file_before(connection, facts)
        if _is_known(before, facts):
            return _repeated(before)
        sorted_out = _sorted_out(connection, job, before)
        landed = sorted_out.landed(job)
        file_id = _file_row(connection, job, landed, before)
        for rows in _batches(sorted(sorted_out.fresh, key=_key)):
            insert_rows(connection, payments, _PAYMENTS, [_row(each, file_id, job) for each in rows])
        for refusals in _batches([*job.refused, *sorted_out.conflicts]):
            insert_rows(
                connection, quarantine, _QUARANTINE, [(file_id, *each, "open", job.now) for each in refusals]
            )
        unproved = [(None, None, finding) for finding in job.found]
        findings.record(connection, unproved, stage="landed", now=job.now, run_id=job.run_id)
        told: dict[str, Any] = {
            "kind": "payments",
            "name": facts.name,
            "sha256": facts.sha256,
            "source": facts.source,
            "rows_in": landed.rows_in,
            "rows_accepted": landed.rows_accepted,
            "rows_duplicate": landed.rows_duplicate,
            "rows_quarantined": landed.rows_quarantined,
            "rows_skipped": dict(sorted(job.skipped.items())),
        }
        audit_chain.append(
            connection, at=job.now, actor="intake", entries=[("file.landed", f"file:{file_id}", told)]
        )
    return landed


def _file_before(connection: Connection, facts: FileFacts) -> Any:
    return connection.execute(
        select(files).where(files.c.source == facts.source, files.c.sha256 == facts.sha256)
    ).first()


def _is_known(before: Any, facts: FileFacts) -> bool:
    return before is not None and before.mapping == facts.mapping


def _repeated(before: Any) -> Landed:
    return Landed(before.rows_in, 0, before.rows_in, 0)


def _file_row(connection: Connection, job: _Job, landed: Landed, before: Any) -> int:
    """Id of the file's row; a file read again under another mapping keeps its row, old refusals step back."""
    values = job.facts._asdict() | landed._asdict()
    values |= {"kind": "payments", "received_at": job.now, "run_id": job.run_id}
    if before is None:
        return int(connection.execute(insert(files).values(**values).returning(files.c.id)).scalar_one())
    connection.execute(update(files).where(files.c.id == before.id).values(**values))
    still_open = (quarantine.c.file_id == before.id) & (quarantine.c.status == "open")
    connection.execute(update(quarantine).where(still_open).values(status="replaced"))
    return int(before.id)


def _sorted_out(connection: Connection, job: _Job, before: Any) -> _Sorted:
    """What is new, what stands already, and what contradicts the ledger or its own file.

    A reference that one file gives to different payments is taken for none of them, so that the order of the
    rows decides nothing.
    """
    stands = _standing(connection, job.records)
    by_line = _by_line(connection, before)
    in_file: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in job.records:
        in_file[_key(each)].add(each.record.content)
    fresh: list[Arrived] = []
    duplicate = 0
    conflicts: list[Refused] = []
    for each in job.records:
        key, content = _key(each), each.record.content
        known = stands.get(key)
        once = by_line.get(each.line)
        if known == content:
            duplicate += 1
        elif known is not None:
            conflicts.append(_refused(each, f"was taken in before with other content: {known}"))
        elif once is not None and once == _money(each.record):
            duplicate += 1  # read again under another mapping, and its reference is made of other columns now
        elif once is not None:
            conflicts.append(_refused(each, "stands on a line that was taken in before as another payment"))
        elif len(in_file[key]) > 1:
            conflicts.append(_refused(each, "is given to different payments of this file"))
        else:
            stands[key] = content
            fresh.append(each)
    return _Sorted(fresh, duplicate, conflicts)


def _standing(connection: Connection, records: Sequence[Arrived]) -> dict[tuple[str, str], str]:
    """Content of the payments that the ledger holds under these keys."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for each in records:
        by_source[each.record.source].append(each.record.reference)
    query = select(payments.c.reference, payments.c.content).where(
        payments.c.source == bindparam("of"), payments.c.reference.in_(bindparam("names", expanding=True))
    )
    found: dict[tuple[str, str], str] = {}
    for source, references in by_source.items():
        for start in range(0, len(references), _MOST_IDS):
            names = references[start : start + _MOST_IDS]
            for reference, content in connection.execute(query, {"of": source, "names": names}):
                found[source, reference] = content
    return found


def _by_line(connection: Connection, before: Any) -> dict[int, tuple[Any, ...]]:
    """Money of the payments that an earlier reading of the very same file gave, by line."""
    if before is None:
        return {}
    query = select(
        payments.c.line,
        payments.c.kind,
        payments.c.currency,
        payments.c.amount_minor,
        payments.c.value_date,
    ).where(payments.c.file_id == before.id)
    return {row.line: tuple(row[1:]) for row in connection.execute(query)}


def _money(record: PaymentRecord) -> tuple[Any, ...]:
    return (record.kind, record.currency, record.amount_minor, record.value_date)


def _key(each: Arrived) -> tuple[str, str]:
    """Also the order in which rows are inserted: two processes wait for each other, never in a circle."""
    return each.record.source, each.record.reference


def _refused(each: Arrived, why: str) -> Refused:
    reason = (
        f"Reference {each.record.reference} of {each.record.source} {why}; compare both with the bank and, "
        "where both are real, import this one under a reference of its own."
    )
    return Refused(
        each.line, each.record.reference, json.dumps([reason], ensure_ascii=False), each.record.content
    )


def _row(each: Arrived, file_id: int, job: _Job) -> tuple[Any, ...]:
    record = each.record
    columns = [getattr(record, name) for name in _TOLD]
    refs = json.dumps(list(record.invoice_refs), ensure_ascii=False)
    return (*columns, refs, record.content, file_id, each.line, job.now, job.run_id)


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


_TOLD = (
    "source", "reference", "kind", "currency", "amount_minor", "fee_minor", "value_date", "payer",
    "payer_account", "customer_id", "remittance", "reverses",
)  # fmt: skip
_PAYMENTS = (*_TOLD, "invoice_refs", "content", "file_id", "line", "created_at", "run_id")
_QUARANTINE = ("file_id", "line", "external_id", "reasons", "raw", "status", "created_at")
