"""A DuckDB of one file's own, in memory with a limit, spilling into its workplace; gone with the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

THREADS = 2
"""More gain nothing: parting and judging rows is bound by memory, and issuing runs beside."""

Bench = duckdb.DuckDBPyConnection


@contextmanager
def workbench(folder: Path, *, memory_mb: int) -> Iterator[Bench]:
    """An empty database that downloads nothing and keeps the order of rows."""
    connection = duckdb.connect(
        config={
            "threads": THREADS,
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": True,
        }
    )
    try:
        yield connection
    finally:
        connection.close()


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string."""
    return "'" + text.replace("'", "''") + "'"
