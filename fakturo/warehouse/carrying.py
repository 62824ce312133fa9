"""Carry history into a new warehouse file that the ledger no longer has: versions of customers.

A build starts from nothing but the ledger and the last publish, and changes neither: a build that fails or
dies is simply begun again. Without a published file the newest kept publish serves; without any, history
starts with this build.
"""

from pathlib import Path

import duckdb

from fakturo.errors import WarehouseError
from fakturo.settings import Settings
from fakturo.warehouse.publish import publishes

SCHEMA = "snapshots"
"""Where dbt keeps its snapshots; a test holds it against the dbt project."""
TABLES = "select table_name from duckdb_tables() where database_name = 'published' and schema_name = ?"


def carry(settings: Settings, file: Path) -> dict[str, int]:
    """Copy the snapshots of the last publish into the file of a build.

    Args:
        file: a DuckDB file that holds a copy of the ledger.

    Returns:
        Rows carried, by snapshot.

    Raises:
        WarehouseError: the last publish cannot be read; nothing may be forgotten silently.
    """
    sources = [settings.warehouse_file, *reversed(publishes(settings))]
    source = next((each for each in sources if each.is_file()), None)
    if source is None:
        return {}
    try:
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"attach '{_escaped(source)}' as published (read_only)")
            names = [name for (name,) in connection.execute(TABLES, [SCHEMA]).fetchall()]
            connection.execute("begin transaction")
            connection.execute(f"create schema if not exists {SCHEMA}")
            carried = {name: _carry_one(connection, name) for name in names}
            connection.execute("commit")
            connection.execute("detach published")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].removesuffix(".")
        raise WarehouseError(
            f"The history in {source} cannot be read: {reason}. Move the file away to build on the newest "
            f"kept publish."
        ) from None
    return carried


def _carry_one(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    create = f'create table {SCHEMA}."{name}" as select * from published.{SCHEMA}."{name}"'  # noqa: S608
    row = connection.execute(create).fetchone()
    return int(row[0]) if row else 0


def _escaped(path: Path) -> str:
    return str(path.resolve()).replace("'", "''")
