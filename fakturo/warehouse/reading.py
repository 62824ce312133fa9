"""Read the published warehouse: read-only, no files, no network, nothing that a query could change.

A reader keeps the file it opened, so that a publish neither blocks nor breaks it; the next one it opens
is the new file.
"""

from datetime import UTC, date, datetime, time
from pathlib import Path

import duckdb

from fakturo.errors import WarehouseError
from fakturo.settings import Settings
from fakturo.warehouse.publish import CATALOG, made_at, publishes
from fakturo.warehouse.statements import check, first_line, sentence

THREADS = 2

Connection = duckdb.DuckDBPyConnection
"""To a published file: what rooms above read marts with, without importing duckdb."""

_LOCKS = """
set temp_directory = ''; -- a query too large fails, it fills no disk
set autoinstall_known_extensions = false;
set autoload_known_extensions = false;
set python_enable_replacements = false; -- a name is a table, never a variable of this program
set enable_external_access = false;
set lock_configuration = true
"""


def open_published(
    settings: Settings, *, as_of: date | datetime | None = None, memory_mb: int | None = None
) -> duckdb.DuckDBPyConnection:
    """Connection to the published file, or to a kept publish.

    Args:
        as_of: the last publish made on or before this day (UTC) or moment.
        memory_mb: what its queries may hold; None: as the warehouse's settings say.

    Raises:
        WarehouseError: nothing is published yet, or nothing that old is kept.
    """
    file = settings.warehouse_file if as_of is None else kept(settings, as_of)
    if not file.is_file():
        raise WarehouseError(f"There is no warehouse at {file} yet; run `fakturo build`.")
    return open_locked(file, memory_mb=memory_mb or settings.warehouse.memory_mb)


def open_locked(file: Path, *, memory_mb: int) -> duckdb.DuckDBPyConnection:
    """Attach a file read-only under the name its views know, then lock every door behind it."""
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"set memory_limit = '{memory_mb}MB'")
        connection.execute(f"set threads = {THREADS}")
        path = str(file).replace("'", "''")
        connection.execute(f"attach '{path}' as {CATALOG} (read_only)")
        connection.execute(f"use {CATALOG}")
        connection.execute(_LOCKS)
    except duckdb.Error as error:
        connection.close()
        raise WarehouseError(
            f"The warehouse {file} cannot be read: {first_line(error)}. Run `fakturo build` to make it anew."
        ) from error
    return connection


def kept(settings: Settings, as_of: date | datetime) -> Path:
    """The last kept publish made on or before a day (UTC) or moment."""
    moment = as_of if isinstance(as_of, datetime) else datetime.combine(as_of, time.max, UTC)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    files = publishes(settings)
    fitting = [file for file in files if made_at(file) <= moment]
    if fitting:
        return fitting[-1]
    have = f"the oldest kept is of {made_at(files[0]):%Y-%m-%d %H:%M:%S} UTC" if files else "none is kept"
    raise WarehouseError(
        f"There is no publish of {as_of} or before; {have}. FAKTURO_WAREHOUSE_KEEP says how many stay."
    )


def ask(connection: duckdb.DuckDBPyConnection, query: str) -> duckdb.DuckDBPyConnection:
    """Run one query; the rows are fetched from what is returned.

    Raises:
        WarehouseError: DuckDB's reason in one sentence, and where to look.
    """
    check(connection, query)
    try:
        return connection.execute(query)
    except duckdb.Error as error:
        raise WarehouseError(sentence(error)) from None
