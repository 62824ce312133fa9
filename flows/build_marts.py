"""Build the warehouse beside the published one, audit it, publish it by rename. A door to dbt."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect import flow, runtime
from prefect.artifacts import create_table_artifact
from prefect.states import Completed

from fakturo.clock import utc_now
from fakturo.errors import WarehouseError
from fakturo.settings import Settings, current
from fakturo.warehouse.carrying import carry
from fakturo.warehouse.publish import building, publish, publish_id
from fakturo.warehouse.reading import open_locked, open_published
from fakturo.warehouse.snapshot import snapshot
from flows.parse_transforms import TRANSFORMS, parsed
from flows.write_docs import link_docs

KEYS_NAMED = 5
"""Of a failed test, in the error; enough to find the cause, short enough to read."""
COLUMNS_NAMED = 8
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


@flow(name="build_marts", persist_result=False)
def build_marts() -> Any:
    """Copy the ledger, build and audit the marts, publish them.

    Hourly, and after large imports. Safe to rerun at any time: a build that fails or dies leaves the
    published file as it was, and two builds never run at once.
    """
    settings, now = current(), utc_now()
    published = build(settings, now=now, run_id=runtime.flow_run.id)
    link_docs(settings, now=now)
    table = [{"table": name, "rows": rows} for name, rows in published.rows.items()]
    create_table_artifact(
        table,
        key="build-marts",
        description=f"Publish {published.publish_id}: {published.tests} checks passed.",
    )
    return Completed(message=f"Published {published.publish_id} after {published.tests} checks.")


def build(
    settings: Settings, *, now: datetime, run_id: str | None = None, on_progress: Progress | None = None
) -> Published:
    """Build, audit and publish the warehouse.

    Args:
        now: aware; becomes the publish id.
        run_id: of the flow run; stands in the published file.
        on_progress: told about every model and test.

    Raises:
        WarehouseError: another build runs, or a check failed: which one, on which keys. The published
            file stands.
    """
    identity = publish_id(now)
    with building(settings) as file:
        rows = snapshot(settings, file, publish_id=identity, now=now, run_id=run_id)
        carry(settings, file)
        models, tests = transform(settings, file, on_progress=on_progress)
        tests += expect(settings, file, now=now)
        publish(settings, file, identity)
    return Published(settings.warehouse_file, identity, now, rows, models, tests)


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
        WarehouseError: a model or test failed; names the first ones and their keys.
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
        raise WarehouseError(_verdict(settings, file, failed))
    if not outcome.success:
        raise WarehouseError(
            f"dbt could not build the warehouse: {outcome.exception}. The published file stands."
        )
    kinds = [result.node.resource_type for result in results]
    return kinds.count("model"), kinds.count("test") + kinds.count("unit_test")


def expect(settings: Settings, file: Path, *, now: datetime) -> int:
    """Check a built warehouse by Great Expectations.

    Returns:
        Expectations that hold.

    Raises:
        WarehouseError: a critical one does not; names it and the first keys.
    """
    from expectations.rounds import of_warehouse

    before = _rows_before(settings)
    with open_locked(file, memory_mb=settings.warehouse.memory_mb // 2) as built:
        verdicts = of_warehouse(built, before=before, now=now)
    failed = [verdict for verdict in verdicts if not verdict.passed and verdict.severity == "critical"]
    if failed:
        sentences = "; ".join(
            f"expectation {each.code} failed on {each.failing} rows "
            f"({', '.join(str(key) for key in each.keys[:KEYS_NAMED]) or each.observed}): {each.message}"
            for each in failed
        )
        raise WarehouseError(f"The warehouse was not published: {sentences} The published file stands.")
    return sum(verdict.passed for verdict in verdicts)


def _rows_before(settings: Settings) -> dict[str, int]:
    """Rows of each ledger table in the published warehouse; empty when there is none."""
    if not settings.warehouse_file.is_file():
        return {}
    with open_published(settings) as published:
        return dict(published.execute("select table_name, row_count from publish_rows").fetchall())


def _verdict(settings: Settings, file: Path, failed: list[Any]) -> str:
    """One sentence a failed model or test, the first three of them."""
    broken = [result for result in failed if str(result.status) != "skipped"]
    sentences = []
    for result in broken[:3]:
        if result.node.resource_type == "test" and str(result.status) == "fail":
            keys = _keys(settings, file, result.node.compiled_code)
            sentences.append(f"test {result.node.name} failed on {result.failures} rows ({keys})")
        else:
            reason = " ".join(str(result.message).split())
            sentences.append(f"{result.node.resource_type} {result.node.name} failed ({reason})")
    more = f"; and {len(broken) - 3} more" if len(broken) > 3 else ""  # noqa: PLR2004
    return f"The warehouse was not published: {'; '.join(sentences)}{more}. The published file stands."


def _keys(settings: Settings, file: Path, query: str) -> str:
    """The first failing rows of a test, in words."""
    with open_locked(file, memory_mb=settings.warehouse.memory_mb) as connection:
        answer = connection.execute(query)
        names = [column[0] for column in answer.description or ()][:COLUMNS_NAMED]
        rows = answer.fetchmany(KEYS_NAMED)
    return "; ".join(
        ", ".join(f"{name} {value}" for name, value in zip(names, row, strict=False)) for row in rows
    )


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
