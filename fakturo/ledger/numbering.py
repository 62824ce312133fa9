"""Gapless numbers: one counter row a series, taken inside the transaction that issues.

The counter rolls back with the transaction, so a number is spent exactly when its invoice exists.
"""

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from fakturo.ledger.tables import series as series_table


def take(connection: Connection, series: str, count: int) -> range:
    """The next `count` sequence numbers of a series, from 1; locks the series until the transaction ends."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(series_table)
        .values(name=series, next_seq=1)
        .on_conflict_do_nothing(index_elements=["name"])
    )
    mine = series_table.c.name == series
    first = int(
        connection.execute(select(series_table.c.next_seq).where(mine).with_for_update()).scalar_one()
    )
    connection.execute(update(series_table).where(mine).values(next_seq=first + count))
    return range(first, first + count)
