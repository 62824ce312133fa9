"""Retry rows of customers and of payments."""

from collections.abc import Container, Sequence

from sqlalchemy import Connection, select

from fakturo.errors import BadInput
from fakturo.intake.bank import mapping as bank
from fakturo.intake.bank.statement_format import recognise
from fakturo.intake.history import mapping as history
from fakturo.intake.quarantine.reread_customers import reread_customers
from fakturo.intake.quarantine.reread_payments import PaymentRows, is_record, records, reread_payments
from fakturo.intake.quarantine.retried_file import Job, Outcome
from fakturo.ledger.landing.arrivals import Refused
from fakturo.ledger.landing.customers import land_customers
from fakturo.ledger.landing.payments import land_payments
from fakturo.ledger.open import reading
from fakturo.ledger.payment_tables import payments


def retry_customers(job: Job, known: Outcome) -> Outcome:
    """Read the rows again and land what is good; as `retry_orders`."""
    mapping = history.load_for_customers(_ready(job, history.ready_for_customers()))
    rows = reread_customers(job.request(mapping), mapping, job.corrections, job.rows.keys())
    same = job.unchanged({each.line: each.reasons for each in rows.refused})
    if len(same) == len(job.rows):
        return known._replace(same=len(same))
    refused = [each for each in rows.refused if each.line not in same]
    failed = {each.line for each in refused}
    landed = job.rows.keys() - failed - same
    settled: list[int] = []

    def and_then(connection: Connection, file_id: int) -> None:
        job.settle(connection, file_id, landed, failed)
        settled.append(file_id)

    land_customers(
        job.engine,
        job.facts(mapping.version, same),
        told=rows.told,
        rows_duplicate=rows.rows_duplicate,
        refused=refused,
        now=job.now,
        run_id=job.run_id,
        and_then=and_then,
    )
    if not settled:
        return known._replace(known=known.rows)
    return known._replace(landed=len(landed), failed=len(failed), same=len(same))


def retry_payments(job: Job, known: Outcome) -> Outcome:
    """Read the rows again and land what is good; as `retry_orders`.

    A payment that contradicts one in the ledger is the same contradiction until a person changes it.
    """
    by_line = {each.line: each for each in job.new}
    as_records = {line: row.raw for line, row in job.rows.items() if is_record(row.raw)}
    same = {line for line in as_records if not by_line[line].cells}
    edited = {line: raw for line, raw in as_records.items() if line not in same}
    of_file = job.rows.keys() - as_records.keys()
    read = _read(job, of_file) if of_file else PaymentRows([], [], None)
    made = records(edited, by_line)
    same |= job.unchanged({each.line: each.reasons for each in read.refused})
    if len(same) == len(job.rows):
        return known._replace(same=len(same))
    refused = [each for each in (*read.refused, *made.refused) if each.line not in same]
    settled: list[int] = []
    failed: set[int] = set()

    def and_then(connection: Connection, file_id: int, quarantined: Sequence[Refused]) -> None:
        failed.clear()
        failed.update(each.line for each in quarantined)
        job.settle(connection, file_id, job.rows.keys() - failed - same, failed)
        settled.append(file_id)

    land_payments(
        job.engine,
        job.facts(read.mapping_version or made.mapping_version, same),
        records=[*read.payments, *made.payments],
        refused=refused,
        now=job.now,
        run_id=job.run_id,
        and_then=and_then,
    )
    if not settled:
        return known._replace(known=known.rows)
    return known._replace(landed=len(job.rows) - len(failed) - len(same), failed=len(failed), same=len(same))


def _read(job: Job, lines: set[int]) -> PaymentRows:
    query = select(payments.c.line, payments.c.source).where(payments.c.file_id == job.root.id)
    with reading(job.engine) as connection:
        stands = {row.line: row.source for row in connection.execute(query) if row.line is not None}
    name = job.mapping_name()
    mapping = None
    if job.root.mapping is not None or job.mapping is not None:
        mapping = bank.load(_ready(job, bank.ready()) if name else "generic")
    form = recognise(job.taken.head)
    corrections = [each for each in job.corrections if each.line not in job.rows or each.line in lines]
    return reread_payments(job.request(), form, mapping, corrections, lines, stands)


def _ready(job: Job, ready: Container[str]) -> str:
    """Name of the mapping, where it is ready or a file."""
    name = job.mapping_name() or "generic"
    if name not in ready and not name.endswith((".yaml", ".yml")):
        raise BadInput(
            f"It was read by mapping {name!r}, which is none of the ready ones; name its file with "
            f"--mapping {name}.yaml."
        )
    return name
