"""What dbt compiles, as plain statements: `python -m bench.warehouse.compile_plain HOME`, of a built file."""

import json
import sys
from pathlib import Path
from typing import Any

from fakturo.settings import load
from flows import parse_transforms, run_transforms

COPIED = ("seed", "snapshot")
"""Few rows, made by more than one statement: the plain SQL takes them as dbt made them, for nothing."""


def compile_statements(home: Path) -> None:
    """Write plain.json: [statement, …], models before the tests that read them."""
    from dbt.cli.main import dbtRunner

    file = home / "bench" / "warehouse.duckdb"
    project = str(parse_transforms.TRANSFORMS)
    settings = load(home=home, _env_file=None)
    with run_transforms.environment(settings, file):
        done = dbtRunner().invoke(
            [
                *("compile", "--exclude", "test_type:unit", "--project-dir", project),
                *("--profiles-dir", project, "--target-path", str(home / "bench" / "target")),
                *("--log-path", str(home / "bench" / "logs"), "--quiet", "--no-print"),
            ]
        )
        assert done.success, done.exception
    nodes = {result.node.unique_id: result.node for result in done.result.results}
    statements, ready = [], {name for name, node in nodes.items() if node.resource_type in COPIED}
    waiting = [node for node in nodes.values() if node.unique_id not in ready]
    while waiting:
        for node in list(waiting):
            needed = {each for each in node.depends_on.nodes if each in nodes}
            if needed <= ready:
                statements.append(_statement(node))
                ready.add(node.unique_id)
                waiting.remove(node)
    copied = [f"{node.schema}.{node.alias}" for node in nodes.values() if node.resource_type in COPIED]
    (home / "bench" / "plain.json").write_text(json.dumps({"copied": copied, "statements": statements}))


def _statement(node: Any) -> str:
    if node.resource_type == "model":
        kind = "table" if node.config.materialized == "table" else "view"
        return f'create {kind} "{node.schema}"."{node.alias}" as\n{node.compiled_code}'
    return f"select count(*) from (\n{node.compiled_code}\n) as failing"  # noqa: S608


if __name__ == "__main__":
    compile_statements(Path(sys.argv[1]))
