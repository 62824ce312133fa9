"""Build the warehouse beside the published one, audit it, publish it by rename."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect import flow, runtime
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.events import emit_event
from prefect.states import Completed, Failed

from fakturo import pages
from fakturo.clock import utc_now
from fakturo.errors import HeldBack, LedgerBusy
from fakturo.ledger.open import open_ledger
from fakturo.ledger.outbox.held_builds import hold_back, publish_again
from fakturo.settings import Settings, current
from fakturo.warehouse.last_publish import carry
from fakturo.warehouse.publish import DAY, building, publish, publish_id, publishes
from fakturo.warehouse.reading import open_locked
from fakturo.warehouse.snapshot import snapshot
from flows.check_freshness import check_freshness
from flows.run_transforms import Progress, transform
from flows.write_docs import link_docs

PAGE = "build_marts"


@dataclass(frozen=True)
class Published:
    """What was published."""

    file: Path
    publish_id: str
    made_at: datetime
    rows: dict[str, int]
    """Rows copied, by ledger table."""
    models: int
    """Tables and views that dbt built."""
    tests: int
    """Checks that passed: dbt tests and expectations."""
    page: Path
    """What the expectations found, for a person."""
    remarks: tuple[str, ...] = ()
    """Sentences: sources from which nothing came for long, a last publish that could not be read."""


@flow(name="build_marts", persist_result=False)
def build_marts() -> Any:
    """Copy the ledger, build and audit the marts, publish them.

    Hourly, and after large imports. Safe to rerun at any time: a build that fails or dies leaves the
    published file as it was, and two builds never run at once. One that does not pass its checks ends
    HeldBack: which check, on which keys; the outbox tells the outside once.
    """
    settings, now = current(), utc_now()
    try:
        published = build(settings, now=now, run_id=runtime.flow_run.id)
    except HeldBack as held:
        _link_page(settings, now)
        rows = "\n".join(
            f"- **{each.check}**, {each.failing} rows: {', '.join(each.keys)}" for each in held.checks
        )
        create_markdown_artifact(f"# Held back\n\n{rows}\n\n{held}", key="build-marts-held-back")
        return Failed(name="HeldBack", message=str(held))
    _link_page(settings, now)
    link_docs(settings, now=now)
    _tell(settings, published)
    table = [{"table": name, "rows": rows} for name, rows in published.rows.items()]
    create_table_artifact(
        table,
        key="build-marts",
        description=f"Publish {published.publish_id}: {published.tests} checks passed.",
    )
    done = f"Published {published.publish_id} after {published.tests} checks."
    if published.remarks:
        return Completed(name="Degraded", message=" ".join((done, *published.remarks)))
    return Completed(message=done)


def build(
    settings: Settings, *, now: datetime, run_id: str | None = None, on_progress: Progress | None = None
) -> Published:
    """Build, audit and publish the warehouse.

    Args:
        now: aware; becomes the publish id.
        run_id: of the flow run; stands in the published file.
        on_progress: told about every model and test.

    Raises:
        HeldBack: a check failed: which one, on which keys. The published file stands, and whoever wants
            to know is told, once.
        WarehouseError: another build runs, or the ledger cannot be read.
    """
    identity = publish_id(now)
    with building(settings) as file:
        rows = snapshot(settings, file, publish_id=identity, now=now, run_id=run_id)
        carried = carry(settings, file)
        engine = open_ledger(settings)
        try:
            models, tests = transform(settings, file, on_progress=on_progress)
            passed, page = expect(settings, file, now=now, run_id=run_id)
        except HeldBack as held:
            with suppress(LedgerBusy):  # the next build tells it
                hold_back(engine, identity, str(held), held.checks, now=now)
            raise
        remarks = check_freshness(settings, file, now=now)
        publish(settings, file, identity)
        publish_again(engine, identity, now=now)
    if carried.remark is not None:
        remarks = (carried.remark, *remarks)
    return Published(settings.warehouse_file, identity, now, rows, models, tests + passed, page, remarks)


def expect(settings: Settings, file: Path, *, now: datetime, run_id: str | None = None) -> tuple[int, Path]:
    """Check a built warehouse by Great Expectations; every failing row becomes a finding, once.

    Returns:
        (expectations that hold, the page that shows them all).

    Raises:
        HeldBack: a critical one does not; names it and the first keys.
    """
    from expectations.holding import refusal
    from expectations.keep import keep
    from expectations.page import write
    from expectations.rounds import of_warehouse

    with open_locked(file, memory_mb=settings.warehouse.memory_mb // 2) as built:
        verdicts = of_warehouse(built, now=now)
    keep(open_ledger(settings), verdicts, now=now, run_id=run_id, stage="mart")
    held = refusal(verdicts)
    consequence = "Held back" if held else "Published with warnings"
    page = write(pages.folder(settings), PAGE, verdicts, at=now, consequence=consequence)
    if held is not None:
        raise held
    return sum(verdict.passed for verdict in verdicts), page


def _tell(settings: Settings, published: Published) -> None:
    """Say that there is a new publish, for the flows that wait for one."""
    resource = {"prefect.resource.id": "fakturo.warehouse", "prefect.resource.name": "warehouse"}
    payload = {"publish_id": published.publish_id}
    emit_event("fakturo.warehouse.published", resource=resource, payload=payload)
    day = published.publish_id[:DAY]
    if sum(kept.stem.startswith(day) for kept in publishes(settings)) == 1:
        emit_event("fakturo.warehouse.first-of-day", resource=resource, payload=payload)


def _link_page(settings: Settings, now: datetime) -> None:
    """Link what the expectations found; a build that dbt stopped never came to them."""
    from expectations.page import place

    page = place(pages.folder(settings), PAGE, now)
    if page.exists():
        link = pages.link(settings, page)
        create_link_artifact(link, link_text=page.name, key="build-marts-page")
