"""Take one file of payments in: recognise it, read it, land it. One file refused leaves all others alone."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import duckdb
from sqlalchemy import Engine

from fakturo.errors import BadInput
from fakturo.intake import archive
from fakturo.intake.archive import Taken
from fakturo.intake.bank.camt import read_camt
from fakturo.intake.bank.events import read_events
from fakturo.intake.bank.mapping import BankMapping, load
from fakturo.intake.bank.mt940 import read_mt940
from fakturo.intake.bank.payment_outcome import PaymentOutcome
from fakturo.intake.bank.statement import StatementRows, given_source
from fakturo.intake.bank.statement_format import Format, recognise
from fakturo.intake.bank.table import read_table
from fakturo.ledger.landing.arrivals import FileFacts
from fakturo.ledger.landing.payments import land_payments
from fakturo.payment import with_references
from fakturo.settings import Settings

MB = 1_000_000
_TABLES = frozenset({"csv", "xlsx", "parquet"})
_LONGEST_SOURCE = 120


def take_payments(
    engine: Engine,
    settings: Settings,
    path: Path,
    *,
    mapping: str | None = None,
    source: str | None = None,
    dry_run: bool = False,
    now: datetime,
    run_id: str | None = None,
) -> PaymentOutcome:
    """Take one file in; what cannot be taken in at all comes back as `refused`, never as an error.

    Args:
        mapping: name of a ready payment mapping or path of a YAML file; None: by the header, else `generic`.
        source: account whose references these are; None: as the file says, row by row.
        dry_run: say what would happen, write nothing.
        now: aware, UTC.
    """
    name = "".join(each if each.isprintable() else "␀" for each in path.name)[:255]
    form: Format | None = None
    try:
        used = load(mapping) if mapping else None
        with archive.workplace(settings, dry_run=dry_run) as folder:
            most = settings.intake.max_file_mb * MB
            taken = archive.take(path, folder, most_bytes=most, on_bytes=lambda _done, _of: None)
            form = recognise(taken.head)
            read = _read(taken, folder, form, used, given_source(source), settings)
            kept = None if dry_run else archive.keep(taken, settings.archive)
            facts = FileFacts(
                taken.sha256, _file_source(read, form), name, form, read.mapping_version, taken.size, kept
            )
            landed = land_payments(
                engine,
                facts,
                records=with_references(read.rows.payments),
                refused=read.rows.refused,
                skipped=read.rows.skipped,
                found=read.rows.findings,
                now=now,
                run_id=run_id,
                dry_run=dry_run,
            )
    except BadInput as error:
        return PaymentOutcome(name=name, source=source or "", format=form or "unknown", refused=str(error))
    except duckdb.OutOfMemoryException:
        limit = settings.intake.memory_mb
        why = f"Reading it takes more than the {limit} MB of FAKTURO_INTAKE_MEMORY_MB; raise it or split it."
        return PaymentOutcome(name=name, format=form or "unknown", refused=why)
    except (OSError, duckdb.IOException) as error:  # a full disk, most likely
        return PaymentOutcome(
            name=name, format=form or "unknown", refused=f"It could not be worked on: {error}."
        )
    return PaymentOutcome(
        name=name,
        source=facts.source,
        format=form,
        rows_in=landed.rows_in,
        rows_accepted=landed.rows_accepted,
        rows_duplicate=landed.rows_duplicate,
        rows_quarantined=landed.rows_quarantined,
        skipped=dict(read.rows.skipped),
        warnings=tuple(each.message for each in read.rows.findings),
    )


class _Read(NamedTuple):
    rows: StatementRows
    source: str | None
    mapping_version: str | None = None
    mapping_name: str | None = None


def _read(
    taken: Taken,
    folder: Path,
    form: Format,
    mapping: BankMapping | None,
    source: str | None,
    settings: Settings,
) -> _Read:
    if mapping is not None and form not in _TABLES:
        raise BadInput(f"--mapping is for tables; this file is {form} and says itself what is what.")
    longest = settings.intake.max_line_mb << 20
    if form == "camt":
        return _Read(read_camt(taken.path, source=source), source)
    if form == "mt940":
        return _Read(read_mt940(taken.path, source=source, most_line_bytes=longest), source)
    if form == "json":
        return _Read(read_events(taken.path, source=source, most_line_bytes=longest), source)
    rows, used = read_table(
        taken.path, folder, form=form, mapping=mapping, source=source, limits=settings.intake
    )
    return _Read(rows, source, used.version, used.name)


def _file_source(read: _Read, form: Format) -> str:
    """Whose payments the file holds; apart from sources of orders, which may be named alike."""
    accounts = sorted({each.record.source for each in read.rows.payments})
    if read.source:
        accounts = [read.source]
    if not accounts:
        accounts = [read.mapping_name or form]
    name = "payments/" + ", ".join(accounts)
    if len(name) <= _LONGEST_SOURCE:
        return name
    return f"payments/{accounts[0][:80]} and {len(accounts) - 1} more"
