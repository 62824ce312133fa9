"""Land one file of payments in one transaction: payments, quarantined rows, findings, file row, audit entry.

A payment's key is (source, reference). The same key with the same content is a no-op; with other content it
is a conflict and goes to quarantine: money is neither doubled nor silently replaced.

Rows that do not concern us (pending, salaries, rent) are no part of `files.rows_in`: they are counted,
with their reasons, in the file's audit entry, so that in = accepted + duplicate + quarantined always holds.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from fakturo.errors import BadInput
from fakturo.finding import Finding
from fakturo.ledger import audit_chain, findings
from fakturo.ledger.bulk import insert_rows
from fakturo.ledger.landing.arrivals import FileFacts, Landed, Refused
from fakturo.ledger.landing.sorting_payments import key_of, sort_payments
from fakturo.ledger.landing.stepping_back import step_back
from fakturo.ledger.open import reading, writing
from fakturo.ledger.payment_tables import payments
from fakturo.ledger.tables import files, quarantine
from fakturo.payment import Arrived

MOST_TRIES = 10
"""Each failed try means that another process has landed something meanwhile, so there are few."""
_BATCH = 2000


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
    and_then: Callable[[Connection, int, Sequence[Refused]], None] | None = None,
) -> Landed:
    """Write a file's payments into the ledger, or with `dry_run` only say what would become of them.

    Args:
        facts: `source` is that of the file; each payment has its own.
        refused: rows that could not be read.
        skipped: reason -> how many rows do not concern us.
        found: what is wrong with the file as a whole, such as balances that do not add up.
        and_then: called with the file's id and all that was quarantined before the transaction ends.

    Returns:
        Counts of payments; `rows_in` leaves the skipped rows out.

    Raises:
        BadInput: the very same file gave payments before, under another source.
    """
    job = _Job(facts, records, refused, skipped or {}, found, now, run_id, and_then)
    if dry_run:
        with reading(engine) as connection:
            before = _file_before(connection, facts)
            if _is_known(before, facts):
                return _repeated(before)
            _check_source(connection, facts)
            return sort_payments(connection, job.records, before).landed(job.refused)
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
    and_then: Callable[[Connection, int, Sequence[Refused]], None] | None


def _write(engine: Engine, job: _Job) -> Landed:
    facts = job.facts
    with writing(engine) as connection:
        before = _file_before(connection, facts)
        if _is_known(before, facts):
            return _repeated(before)
        _check_source(connection, facts)
        sorted_out = sort_payments(connection, job.records, before)
        landed = sorted_out.landed(job.refused)
        file_id = _file_row(connection, job, landed, before)
        for rows in _batches(sorted(sorted_out.fresh, key=key_of)):
            insert_rows(connection, payments, _PAYMENTS, [_row(each, file_id, job) for each in rows])
        quarantined = [*job.refused, *sorted_out.conflicts]
        for refusals in _batches(quarantined):
            insert_rows(
                connection, quarantine, _QUARANTINE, [(file_id, *each, "open", job.now) for each in refusals]
            )
        if job.and_then is not None:
            job.and_then(connection, file_id, quarantined)
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


def _check_source(connection: Connection, facts: FileFacts) -> None:
    """Refuse the very same bytes under another account: each payment would stand twice."""
    other = connection.execute(
        select(files.c.source).where(
            files.c.sha256 == facts.sha256,
            files.c.kind == "payments",
            files.c.source != facts.source,
            files.c.rows_accepted > 0,
        )
    ).scalar()
    if other is not None:
        raise BadInput(
            f"This very file was brought in before as {other}, now it would be {facts.source}: the same "
            "money would count twice. Name the account as before."
        )


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
    step_back(connection, before.id)
    return int(before.id)


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
