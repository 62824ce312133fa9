"""The shared state of each endpoint and model, a text that only fakturo/ai understands."""

from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.open import reading
from fakturo.ledger.tables import ai_endpoints

NEW = "{}"
"""State of an endpoint that was never asked."""


def state(engine: Engine, name: str) -> str:
    """Shared state of an endpoint, as it was a moment ago."""
    with reading(engine) as connection:
        kept = select(ai_endpoints.c.state).where(ai_endpoints.c.name == name)
        return connection.execute(kept).scalar() or NEW


def locked(connection: Connection, name: str, now: datetime) -> str:
    """Shared state, which nobody else changes before this transaction ends."""
    # the row must exist to be locked on PostgreSQL; SQLite holds the write lock already
    query = select(ai_endpoints.c.state).where(ai_endpoints.c.name == name).with_for_update()
    before = connection.execute(query).scalar()
    if before is not None:
        return str(before)
    insert_new(connection, ai_endpoints, [{"name": name, "state": NEW, "updated_at": now}])
    return str(connection.execute(query).scalar_one())


def write(connection: Connection, name: str, text: str, now: datetime) -> None:
    """Replace the state that `locked` gave."""
    row = update(ai_endpoints).where(ai_endpoints.c.name == name)
    connection.execute(row.values(state=text, updated_at=now))
