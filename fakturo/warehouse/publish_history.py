"""How many rows each publish had: carried from file to file, so that a build knows what is usual.

Schema `publishing` of the warehouse, table `history`: publish, its moment and day, ledger table, rows. All
publishes of two days and the last one of every day before are kept, for as long as weekdays are compared.
"""

from datetime import timedelta
from pathlib import Path

import duckdb

from fakturo.errors import WarehouseError
from fakturo.settings import Settings

EACH_KEPT = timedelta(days=2)
DAYS_KEPT = timedelta(days=100)
_TABLE = """
    create schema publishing;
    create table publishing.history (
        publish_id varchar, made_at timestamp, made_on date, table_name varchar, row_count bigint
    );
"""
_THIS = """
    insert into publishing.history
    select publish.publish_id, publish.made_at, publish.made_on, table_rows.table_name, table_rows.row_count
    from ledger.publish cross join ledger.table_rows
"""
_EARLIER = """
    insert into publishing.history
    select history.* from published.publishing.history as history, ledger.publish
    where history.publish_id <> publish.publish_id
        and history.made_at > publish.made_at - cast($days_kept as interval)
    qualify history.made_at > any_value(publish.made_at) over () - cast($each_kept as interval)
        or history.made_at = max(history.made_at) over (partition by history.made_on)
"""


def carry_history(settings: Settings, file: Path) -> None:
    """Write the history into a file that holds a snapshot: that of the published one, and its own rows.

    A published file that cannot be read, or one from before there was a history, has none.

    Raises:
        WarehouseError: the file cannot be written.
    """
    try:
        with duckdb.connect(str(file)) as connection:
            connection.execute(_TABLE)
            connection.execute(_THIS)
            if settings.warehouse_file.is_file():
                _carry(connection, settings.warehouse_file)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].removesuffix(".")
        raise WarehouseError(
            f"The history of publishes could not be written: {reason}. The published file stands."
        ) from None


def _carry(connection: duckdb.DuckDBPyConnection, published: Path) -> None:
    path = str(published).replace("'", "''")
    try:
        connection.execute(f"attach '{path}' as published (read_only)")
    except duckdb.Error:  # no database: the build that we are part of makes it anew
        return
    known = connection.execute(
        "select count(*) from duckdb_tables() where database_name = 'published' "
        "and schema_name = 'publishing' and table_name = 'history'"
    ).fetchone()
    if known and known[0]:
        spans = {"days_kept": f"{DAYS_KEPT.days} days", "each_kept": f"{EACH_KEPT.days} days"}
        connection.execute(_EARLIER, spans)
    connection.execute("detach published")
