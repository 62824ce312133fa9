"""Gapless numbers: one counter row a series, taken inside the transaction that issues.

The counter rolls back with the transaction, so a number is spent exactly when its invoice exists.
"""

from sqlalchemy import Connection, select, update

from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.tables import series as series_table


def take(connection: Connection, series: str, count: int) -> range:
    """The next `count` sequence numbers of a series, from 1; locks the series until the transaction ends."""
    insert_new(connection, series_table, [{"name": series, "next_seq": 1}])
    mine = series_table.c.name == series
    first = int(
        connection.execute(select(series_table.c.next_seq).where(mine).with_for_update()).scalar_one()
    )
    connection.execute(update(series_table).where(mine).values(next_seq=first + count))
    return range(first, first + count)
