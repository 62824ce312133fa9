"""Write the reports of a week or month, and tell who wants to know."""

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from prefect import flow
from prefect.artifacts import create_link_artifact
from prefect.states import Completed

from fakturo import pages
from fakturo.clock import utc_now
from fakturo.errors import WarehouseError
from fakturo.ledger.open import open_ledger
from fakturo.ledger.outbox.reports import tell_reports
from fakturo.settings import Settings, current
from fakturo.warehouse.reading import open_published

Period = Literal["week", "month"]


@flow(name="write_reports", persist_result=False)
def write_reports(period: Period = "week") -> Any:
    """Write all reports as page and PDF into data/reports, link them, tell receivers once.

    Monday mornings, and on the first of a month. Safe to rerun: files are replaced whole, the event of a
    publish is written once.
    """
    settings, now = current(), utc_now()
    try:
        files = write_all(settings, period, now=now)
    except WarehouseError as error:
        return Completed(name="Degraded", message=f"No report was written: {error}")
    for file in files:
        if file.suffix == ".html":
            create_link_artifact(pages.link(settings, file), file.stem, key=f"report-{file.stem}")
    return Completed(message=f"{len(files)} files in {files[0].parent}.")


def write_all(settings: Settings, period: Period, *, now: datetime) -> list[Path]:
    """Write every report of a publish and put the event into the outbox; the files.

    Raises:
        WarehouseError: nothing is published yet.
    """
    from reports.periodic.writing import NAMES, gather, write

    with open_published(settings) as connection:
        found = [gather(connection, name) for name in NAMES]
    folder = pages.folder(settings) / "periodic" / period / f"{found[0].as_of}"
    files = [file for report in found for file in write(report, folder, settings.seller.name)]
    told = [str(file.relative_to(settings.home)) for file in files]
    tell_reports(open_ledger(settings), found[0].publish_id, period, told, now=now)
    return files
