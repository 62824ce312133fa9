"""Run dbt on a file that holds a snapshot: what failed is told with its keys. A door to dbt."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from fakturo.errors import FailedCheck, HeldBack, WarehouseError
from fakturo.settings import Settings
from fakturo.warehouse.reading import open_locked
from flows.parse_transforms import TRANSFORMS, parsed

KEYS_NAMED = 5
"""Of a failed test, in the error; enough to find the cause, short enough to read."""
COLUMNS_NAMED = 8
CONSTRAINTS = "_constraints"
"""How tests of transforms/macros/test_constraints.sql end; a singular test has another name."""
BUILD = ("build", "--exclude-resource-type", "unit_test")
"""Of dbt: all but the tests of its own logic, which need no data."""
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
    command = ("test", "--select", "test_type:unit") if unit_tests else BUILD
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
    if any(str(result.status) not in PASSED for result in results):
        raise _held_back(settings, file, results)
    if not outcome.success:
        raise WarehouseError(
            f"dbt could not build the warehouse: {outcome.exception}. The published file stands."
        )
    kinds = [result.node.resource_type for result in results]
    return kinds.count("model"), kinds.count("test") + kinds.count("unit_test")


def _held_back(settings: Settings, file: Path, results: list[Any]) -> HeldBack:
    """One sentence a check that failed, the first three of them; all are named.

    Causes come first: constraints before what compares tables, and what stands near the ledger before
    what is made of it.
    """
    parents = {each.node.unique_id: getattr(each.node.depends_on, "nodes", ()) for each in results}

    @cache
    def depth(node: str) -> int:
        return 1 + max(map(depth, parents[node]), default=0) if node in parents else 0

    broken = [each for each in results if str(each.status) not in {*PASSED, "skipped"}]
    broken.sort(
        key=lambda each: (not each.node.name.endswith(CONSTRAINTS), depth(_tested(each.node)), each.node.name)
    )
    told = [each for result in broken for each in _told(settings, file, result)]
    first = "; ".join(sentence for _, sentence in told[:3])
    more = f"; and {len(told) - 3} more" if len(told) > 3 else ""  # noqa: PLR2004
    return HeldBack(
        f"The warehouse was not published: {first}{more}. The published file stands.",
        tuple(check for check, _ in told),
    )


def _tested(node: Any) -> str:
    """Id of the table that a node tests, else its own."""
    return getattr(node, "attached_node", None) or str(node.unique_id)


def _told(settings: Settings, file: Path, result: Any) -> list[tuple[FailedCheck, str]]:
    """What did not hold, with its sentence: of the constraints of a table each by itself."""
    node = result.node
    if node.resource_type != "test" or str(result.status) != "fail":
        reason = " ".join(str(result.message).split())
        return [(FailedCheck(node.name, 0, (reason,)), f"{node.resource_type} {node.name} failed ({reason})")]
    if not node.name.endswith(CONSTRAINTS):
        rows = _rows(settings, file, f"FROM ({node.compiled_code}\n) LIMIT {KEYS_NAMED}")
        keys, count = tuple(map(_words, rows)), int(result.failures)
        sentence = f"test {node.name} failed on {count} rows ({'; '.join(keys)})"
        return [(FailedCheck(node.name, count, keys), sentence)]
    each = (
        f"SELECT *, count(*) OVER each AS failing FROM ({node.compiled_code}\n) "  # noqa: S608  our own test
        f"WINDOW each AS (PARTITION BY broken) QUALIFY row_number() OVER each <= {KEYS_NAMED} ORDER BY broken"
    )
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for row in _rows(settings, file, each):
        found[row.pop("broken"), row.pop("failing")].append(_words(row))
    table = _tested(node).rsplit(".", 1)[-1]
    return [
        (
            FailedCheck(f"{table}.{broken}", count, tuple(keys)),
            f"{table}.{broken} on {count} rows ({'; '.join(keys)})",
        )
        for (broken, count), keys in found.items()
    ]


def _rows(settings: Settings, file: Path, query: str) -> list[dict[str, Any]]:
    with open_locked(file, memory_mb=settings.warehouse.memory_mb) as connection:
        answer = connection.execute(query)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _words(row: dict[str, Any]) -> str:
    told = [f"{name} {value}" for name, value in row.items() if value is not None]
    return ", ".join(told[:COLUMNS_NAMED])


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
