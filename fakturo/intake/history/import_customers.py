"""Take one file of customers in: recognise it, read it, land it. One file refused leaves all others alone."""

from datetime import datetime
from pathlib import Path

import duckdb
from sqlalchemy import Engine

from fakturo.errors import BadInput
from fakturo.intake import archive
from fakturo.intake.history.customer_rows import CustomerRows, read_customers
from fakturo.intake.outcome import Progress
from fakturo.intake.reading import Request
from fakturo.intake.recognise import TABLES, Format, recognise
from fakturo.intake.rows.mapping import Mapping
from fakturo.intake.rows.table_file import load_table
from fakturo.intake.workbench import workbench
from fakturo.ledger.landing.arrivals import FileFacts
from fakturo.ledger.landing.customers import CustomersLanded, land_customers
from fakturo.order import Record
from fakturo.settings import Settings

MB = 1_000_000


class CustomersOutcome(Record):
    """One file: in = accepted + duplicate + quarantined, or `refused` whole with one sentence."""

    name: str
    landed: CustomersLanded = CustomersLanded(0)
    refused: str | None = None

    def in_words(self) -> str:
        """One line for a person."""
        if self.refused:
            return f"{self.name}: refused. {self.refused}"
        rows = self.landed
        return (
            f"{self.name}: {rows.rows_in} in = {rows.rows_accepted} accepted + {rows.rows_duplicate} "
            f"duplicate + {rows.rows_quarantined} quarantined; customers: {rows.new} new, "
            f"{rows.changed} changed"
        )


def import_customers(
    engine: Engine,
    settings: Settings,
    path: Path,
    *,
    mapping: Mapping,
    source: str | None = None,
    dry_run: bool = False,
    now: datetime,
    run_id: str | None = None,
    on_progress: Progress = lambda _stage, _done, _total: None,
) -> CustomersOutcome:
    """Take one file in; what cannot be taken in at all comes back as `refused`, never as an error.

    Args:
        mapping: as `fakturo.intake.history.mapping.load_for_customers` gives it.
        source: the system whose customers these are; None: the mapping's name.
        dry_run: say what would happen, write nothing.
        now: aware, UTC.
    """
    name = "".join(each if each.isprintable() else "␀" for each in path.name)[:255]
    try:
        with archive.workplace(settings, dry_run=dry_run) as folder:
            taken = archive.take(
                path,
                folder,
                most_bytes=settings.intake.max_file_mb * MB,
                on_bytes=lambda done, of: on_progress("copy", done, of),
            )
            form = recognise(path.name, taken.head)
            request = Request(taken, name, form, mapping, folder, settings, now, on_progress, source)
            rows = _read(request, form, mapping)
            kept = None if dry_run else archive.keep(taken, settings.archive)
            named = f"customers/{source or mapping.name}"
            facts = FileFacts(taken.sha256, named, name, form, mapping.version, taken.size, kept)
            landed = land_customers(
                engine,
                facts,
                told=rows.told,
                rows_duplicate=rows.rows_duplicate,
                refused=rows.refused,
                now=now,
                run_id=run_id,
                dry_run=dry_run,
            )
    except BadInput as error:
        return CustomersOutcome(name=name, refused=str(error))
    except duckdb.OutOfMemoryException:
        limit = settings.intake.memory_mb
        why = f"Reading it takes more than the {limit} MB of FAKTURO_INTAKE_MEMORY_MB; raise it or split it."
        return CustomersOutcome(name=name, refused=why)
    except (OSError, duckdb.IOException) as error:  # a full disk, most likely
        return CustomersOutcome(name=name, refused=f"It could not be worked on: {error}.")
    return CustomersOutcome(name=name, landed=landed)


def _read(request: Request, form: Format, mapping: Mapping) -> CustomerRows:
    if form not in TABLES:
        raise BadInput(f"This is no table of customers but {form}; give a CSV, XLSX, Parquet or SQLite file.")
    with workbench(request.folder, memory_mb=request.settings.intake.memory_mb) as bench:
        return read_customers(bench, load_table(bench, request), mapping, request.settings.seller)
