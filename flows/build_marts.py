"""Build the warehouse beside the published one, audit it, publish it by rename. A door to dbt."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect import flow, runtime
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.states import Completed, Failed

from fakturo.clock import utc_now
from fakturo.errors import FailedCheck, HeldBack, LedgerBusy, WarehouseError
from fakturo.ledger.open import open_ledger
from fakturo.ledger.outbox.held_builds import hold_back, publish_again
from fakturo.settings import Settings, current
from fakturo.warehouse.carrying import carry
from fakturo.warehouse.publish import building, publish, publish_id
from fakturo.warehouse.publish_history import carry_history
from fakturo.warehouse.reading import open_locked
from fakturo.warehouse.snapshot import snapshot
from flows.check_freshness import check_freshness
from flows.parse_transforms import TRANSFORMS, parsed
from flows.write_docs import link_docs

KEYS_NAMED = 5
"""Of a failed test, in the error; enough to find the cause, short enough to read."""
COLUMNS_NAMED = 8
PAGE = "build_marts"
PASSED = frozenset({"success", "pass", "warn", "no-op"})

Progress = Callable[[int, int], None]
"""Told (steps done, steps in all) as models and tests finish."""


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
    stale: tuple[str, ...] = ()
    """Sentences about sources of the ledger from which nothing came for long."""


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
    table = [{"table": name, "rows": rows} for name, rows in published.rows.items()]
    create_table_artifact(
        table,
        key="build-marts",
        description=f"Publish {published.publish_id}: {published.tests} checks passed.",
    )
    done = f"Published {published.publish_id} after {published.tests} checks."
    if published.stale:
        return Completed(name="Degraded", message=" ".join((done, *published.stale)))
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
        carry(settings, file)
        carry_history(settings, file)
        engine = open_ledger(settings)
        try:
            models, tests = transform(settings, file, on_progress=on_progress)
            passed, page = expect(settings, file, now=now, run_id=run_id)
        except HeldBack as held:
            with suppress(LedgerBusy):  # the next build tells it
                hold_back(engine, identity, str(held), held.checks, now=now)
            raise
        stale = check_freshness(settings, file, now=now)
        publish(settings, file, identity)
        publish_again(engine, identity, now=now)
    return Published(settings.warehouse_file, identity, now, rows, models, tests + passed, page, stale)


def transform(
    settings: Settings, file: Path, *, unit_tests: bool = False, on_progress: Progress | None = None
) -> tuple[int, int]:
    """Run dbt on a file that holds a snapshot: seeds, models, tests.

    Args:
        file: must be called warehouse.duckdb.
        unit_tests: run these alone, on tables that exist; they need no data.

    Returns:
        (models built, tests passed).

    Raises:
        HeldBack: a model or test failed; names the first ones and their keys.
        WarehouseError: dbt itself failed.
    """
    from dbt.cli.main import dbtRunner

    project = str(TRANSFORMS)
    command = (
        ("test", "--select", "test_type:unit")
        if unit_tests
        else ("build", "--exclude-resource-type", "unit_test")
    )
    with _environment(settings, file):
        outcome = dbtRunner(
            manifest=parsed(settings), callbacks=[_telling(on_progress)] if on_progress else []
        ).invoke(
            [
                *(*command, "--project-dir", project, "--profiles-dir", project),
                *("--target-path", str(file.parent / "target"), "--log-path", str(file.parent / "logs")),
                *("--log-level", "none", "--log-level-file", "none", "--no-print", "--quiet"),
                "--no-write-json",  # nobody reads it, and it takes a tenth of a build
            ]
        )
    results = getattr(outcome.result, "results", [])
    failed = [result for result in results if str(result.status) not in PASSED]
    if failed:
        raise _held_back(settings, file, failed)
    if not outcome.success:
        raise WarehouseError(
            f"dbt could not build the warehouse: {outcome.exception}. The published file stands."
        )
    kinds = [result.node.resource_type for result in results]
    return kinds.count("model"), kinds.count("test") + kinds.count("unit_test")


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
    page = write(settings.home / "reports", PAGE, verdicts, at=now, consequence=consequence)
    if held is not None:
        raise held
    return sum(verdict.passed for verdict in verdicts), page


def _link_page(settings: Settings, now: datetime) -> None:
    """Link what the expectations found; a build that dbt stopped never came to them."""
    from expectations.page import place

    page = place(settings.home / "reports", PAGE, now)
    if page.exists():
        link = page.resolve().as_uri()
        create_link_artifact(link, link_text=page.name, key="build-marts-page")


def _held_back(settings: Settings, file: Path, failed: list[Any]) -> HeldBack:
    """One sentence a failed model or test, the first three of them; all are named as checks."""
    broken = [result for result in failed if str(result.status) != "skipped"]
    checks, sentences = [], []
    for result in broken:
        kind, name = result.node.resource_type, result.node.name
        if kind == "test" and str(result.status) == "fail":
            keys = _keys(settings, file, result.node.compiled_code)
            checks.append(FailedCheck(name, int(result.failures or 0), tuple(keys)))
            sentences.append(f"test {name} failed on {result.failures} rows ({'; '.join(keys)})")
        else:
            reason = " ".join(str(result.message).split())
            checks.append(FailedCheck(name, 0, (reason,)))
            sentences.append(f"{kind} {name} failed ({reason})")
    more = f"; and {len(broken) - 3} more" if len(broken) > 3 else ""  # noqa: PLR2004
    told = f"The warehouse was not published: {'; '.join(sentences[:3])}{more}. The published file stands."
    return HeldBack(told, tuple(checks))


def _keys(settings: Settings, file: Path, query: str) -> list[str]:
    """The first failing rows of a test, in words."""
    with open_locked(file, memory_mb=settings.warehouse.memory_mb) as connection:
        answer = connection.execute(query)
        names = [column[0] for column in answer.description or ()][:COLUMNS_NAMED]
        rows = answer.fetchmany(KEYS_NAMED)
    return [", ".join(f"{name} {value}" for name, value in zip(names, row, strict=False)) for row in rows]


@contextmanager
def _environment(settings: Settings, file: Path) -> Iterator[None]:
    """What transforms/profiles.yml and dbt read; as it was afterwards."""
    given = {
        "TRANSFORMS_WAREHOUSE_FILE": str(file),
        "TRANSFORMS_MEMORY_LIMIT": f"{settings.warehouse.memory_mb // 2}MB",
        "TRANSFORMS_SPILL_FOLDER": str(file.parent / "spill"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        _close_dbt()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _close_dbt() -> None:
    """Let go of the file; dbt-duckdb keeps it open for the life of the process."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if DuckDBConnectionManager._ENV is not None:  # noqa: SLF001  it offers no other question
        DuckDBConnectionManager.env().close()
        DuckDBConnectionManager.close_all_connections()


def _telling(on_progress: Progress) -> Callable[[Any], None]:
    def told(event: Any) -> None:
        if event.info.name in {"LogModelResult", "LogTestResult", "LogSeedResult", "LogSnapshotResult"}:
            # dbt calls the same number by two names
            on_progress(event.data.index, getattr(event.data, "total", 0) or event.data.num_models)

    return told
