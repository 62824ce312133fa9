"""Run dbt on a file that holds a snapshot: what failed is told with its keys. A door to dbt."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fakturo.errors import FailedCheck, HeldBack, WarehouseError
from fakturo.settings import Settings
from fakturo.warehouse.reading import open_locked
from flows.parse_transforms import TRANSFORMS, parsed

KEYS_NAMED = 5
"""Of a failed test, in the error; enough to find the cause, short enough to read."""
COLUMNS_NAMED = 8
PASSED = frozenset({"success", "pass", "warn", "no-op"})

Progress = Callable[[int, int], None]
"""Told (steps done, steps in all) as models and tests finish."""


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
    with environment(settings, file):
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
def environment(settings: Settings, file: Path) -> Iterator[None]:
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
