"""What a run and a day have spent on the model: reserved before each call, set right after it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select, update

from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import ai_spending


def scopes(run_id: str | None, now: datetime) -> Sequence[str]:
    """What a call at `now` counts for: its UTC day, and its run."""
    day = f"day:{now:%Y-%m-%d}"
    return [day] if run_id is None else [day, f"run:{run_id}"]


def spent(engine: Engine, scope: str) -> tuple[int, int]:
    """Tokens and millionths spent or reserved in a scope."""
    with reading(engine) as connection:
        return of(connection, scope)


def of(connection: Connection, scope: str) -> tuple[int, int]:
    """As `spent`, inside a transaction of the caller's."""
    columns = (ai_spending.c.tokens, ai_spending.c.cost_micros)
    row = connection.execute(select(*columns).where(ai_spending.c.scope == scope)).first()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def add(
    connection: Connection, names: Sequence[str], *, tokens: int, cost_micros: int, now: datetime
) -> None:
    """Add to scopes; negative gives back."""
    for scope in names:
        row = {"scope": scope, "tokens": 0, "cost_micros": 0, "updated_at": now}
        insert_new(connection, ai_spending, [row])
        connection.execute(
            update(ai_spending)
            .where(ai_spending.c.scope == scope)
            .values(
                tokens=ai_spending.c.tokens + tokens,
                cost_micros=ai_spending.c.cost_micros + cost_micros,
                updated_at=now,
            )
        )


def forget(engine: Engine, before: datetime) -> int:
    """Delete the sums of runs and days that ended before `before`; the calls themselves stay."""
    with writing(engine) as connection:
        return connection.execute(delete(ai_spending).where(ai_spending.c.updated_at < before)).rowcount
