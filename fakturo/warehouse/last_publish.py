"""What a new warehouse file takes over from the last publish, because the ledger no longer has it.

Versions of customers, and how many rows each publish had. A build starts from nothing but the ledger and the
last publish, and changes neither: a build that fails or dies is simply begun again. Where the published file
cannot be read, the newest kept publish that can serves, and that is told; without any publish, history starts
with this build.
"""

from pathlib import Path
from typing import NamedTuple

import duckdb

from fakturo.errors import WarehouseError
from fakturo.settings import Settings
from fakturo.warehouse import publish_history
from fakturo.warehouse.publish import publishes

SCHEMA = "snapshots"
"""Where dbt keeps its snapshots; a test holds it against the dbt project."""
_TABLES = "select table_name from duckdb_tables() where database_name = 'published' and schema_name = ?"


class Carried(NamedTuple):
    """What was taken over."""

    source: Path | None
    """The publish that it is from; None: this build is the first."""
    remark: str | None = None
    """A sentence where that is not the published file."""


def carry(settings: Settings, file: Path) -> Carried:
    """Take over what only publishes know into the file of a build.

    Args:
        file: a DuckDB file that holds a copy of the ledger.

    Raises:
        WarehouseError: there are publishes and none can be read; nothing may be forgotten silently.
    """
    try:
        with duckdb.connect(str(file)) as connection:
            carried = _attach(connection, settings)
            publish_history.begin(connection)
            if carried.source is not None:
                connection.execute("begin transaction")
                connection.execute(f"create schema if not exists {SCHEMA}")
                for (name,) in connection.execute(_TABLES, [SCHEMA]).fetchall():
                    kept = f'published.{SCHEMA}."{name}"'
                    connection.execute(f'create table {SCHEMA}."{name}" as select * from {kept}')  # noqa: S608
                publish_history.carry(connection)
                connection.execute("commit")
                connection.execute("detach published")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].removesuffix(".")
        raise WarehouseError(
            f"What the last publish knows could not be carried over: {reason}. The published file stands."
        ) from None
    return carried


def _attach(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Carried:
    """Attach the newest publish that can be read, as `published`."""
    published = settings.warehouse_file
    found = [each for each in (published, *reversed(publishes(settings))) if each.is_file()]
    for source in found:
        path = str(source.resolve()).replace("'", "''")
        try:
            connection.execute(f"attach '{path}' as published (read_only)")
        except duckdb.Error:
            continue
        if source in (published, found[0]):
            return Carried(source)
        return Carried(
            source,
            f"{published} could not be read; versions of customers continue from the publish {source.stem}.",
        )
    if found:
        raise WarehouseError(
            f"{published} cannot be read, nor any kept publish, and versions of customers are nowhere else. "
            f"Restore one of them, or move {published} and {settings.home / 'publishes'} away: history then "
            "starts anew."
        )
    return Carried(None)
