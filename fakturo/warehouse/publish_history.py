"""How many rows each publish had: carried from file to file, so that a build knows what is usual.

Schema `publishing` of the warehouse, table `history`: publish, its moment and day, ledger table, rows. All
publishes of two days and the last one of every day before are kept, for as long as weekdays are compared.
"""

from datetime import timedelta

import duckdb

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


def begin(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the history of this publish alone into a file that holds a copy of the ledger."""
    connection.execute(_TABLE)
    connection.execute(_THIS)


def carry(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the history of an attached `published`, if it is not from before there was one."""
    known = connection.execute(
        "select count(*) from duckdb_tables() where database_name = 'published' "
        "and schema_name = 'publishing' and table_name = 'history'"
    ).fetchone()
    if known and known[0]:
        spans = {"days_kept": f"{DAYS_KEPT.days} days", "each_kept": f"{EACH_KEPT.days} days"}
        connection.execute(_EARLIER, spans)
