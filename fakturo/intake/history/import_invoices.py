"""Take one file of another system's invoices in, as orders are taken in, and land them as issued."""

from collections.abc import Mapping as Reasons
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from fakturo.intake.history.whole_invoices import reasons_against
from fakturo.intake.ingest import ingest_file
from fakturo.intake.outcome import FileOutcome, Progress
from fakturo.intake.rows.mapping import Mapping
from fakturo.issue import issue_day
from fakturo.ledger.landing.arrivals import Landing
from fakturo.ledger.landing.invoices import land_invoices, taken_numbers
from fakturo.ledger.landing.made_invoices import MadeInvoices
from fakturo.settings import Settings


def import_invoices(
    engine: Engine,
    settings: Settings,
    path: Path,
    *,
    mapping: Mapping,
    source: str | None = None,
    dry_run: bool = False,
    now: datetime,
    run_id: str | None = None,
    on_progress: Progress | None = None,
) -> FileOutcome:
    """Take one file in; what cannot be taken in at all comes back as `refused`, never as an error.

    Args:
        mapping: as `fakturo.intake.history.mapping.load` gives it, with the prefix of the numbers.
        source: the system whose numbers these are; None: the mapping's name.
        dry_run: say what would happen, write nothing.
        now: aware, UTC.
    """
    with MadeInvoices(settings.home / "tmp") as made:  # made by the intake, which works there too

        def against(name: str, landings: Sequence[Landing]) -> Reasons[str, list[str]]:
            return reasons_against(
                landings,
                seller=settings.seller,
                prefix=mapping.number_prefix,
                today=issue_day(now, settings.seller),
                taken=partial(taken_numbers, engine, name),
                keep=None if dry_run else made.add,
            )

        return ingest_file(
            engine,
            settings,
            path,
            mapping=mapping,
            source=f"imported/{source or mapping.name}",
            dry_run=dry_run,
            now=now,
            run_id=run_id,
            on_progress=on_progress,
            lander=partial(land_invoices, made=made, prefix=mapping.number_prefix),
            against=against,
        )
