"""What was asked of the AI: one row per HTTP attempt, kept answers, and the state that processes share.

An answer is kept under the hash of its request, in the transaction that records its call: after a crash
the same question costs nothing. `ai_endpoints` holds one JSON text per endpoint and model; what it means is
the business of fakturo/ai.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import ai_answers, ai_calls, ai_endpoints

Change = Callable[[str], str]
"""State text before ('{}' when new) -> after; it may raise, then nothing is written."""


class Call(NamedTuple):
    """One HTTP attempt."""

    order_id: int | None
    endpoint: str
    model: str
    prompt_version: str
    request_sha256: str
    answer_sha256: str | None
    outcome: str
    """`ok` or the class of the error."""
    http_status: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    duration_ms: int
    started_at: datetime
    run_id: str | None


def find_answer(engine: Engine, request_sha256: str) -> str | None:
    """Answer that was paid for already, or None."""
    with reading(engine) as connection:
        kept = select(ai_answers.c.answer).where(ai_answers.c.request_sha256 == request_sha256)
        return connection.execute(kept).scalar()


def change_endpoint(engine: Engine, name: str, change: Change, now: datetime) -> None:
    """Read, change and write the shared state of an endpoint, alone among all processes."""
    with writing(engine) as connection:
        _change_endpoint(connection, name, change, now)


def endpoint_state(engine: Engine, name: str) -> str:
    """Shared state of an endpoint as text; '{}' when it was never asked."""
    with reading(engine) as connection:
        state = select(ai_endpoints.c.state).where(ai_endpoints.c.name == name)
        return connection.execute(state).scalar() or "{}"


def settle(
    engine: Engine, call: Call, *, name: str, change: Change, now: datetime, answer: str | None = None
) -> None:
    """Record an attempt, keep its answer, and change the endpoint's state: one transaction."""
    with writing(engine) as connection:
        connection.execute(insert(ai_calls).values(**call._asdict()))
        if answer is not None:
            row = {"request_sha256": call.request_sha256, "answer": answer, "created_at": now}
            _insert_if_new(connection, ai_answers, row)
        _change_endpoint(connection, name, change, now)


def tokens_used(engine: Engine, run_id: str) -> int:
    """Tokens that a run has paid for so far."""
    with reading(engine) as connection:
        total = func.sum(
            func.coalesce(ai_calls.c.prompt_tokens, 0) + func.coalesce(ai_calls.c.completion_tokens, 0)
        )
        return int(connection.execute(select(total).where(ai_calls.c.run_id == run_id)).scalar() or 0)


def forget_answers(engine: Engine, before: datetime) -> int:
    """Delete kept answers older than `before`; returns how many."""
    with writing(engine) as connection:
        return connection.execute(delete(ai_answers).where(ai_answers.c.created_at < before)).rowcount


def _change_endpoint(connection: Connection, name: str, change: Change, now: datetime) -> None:
    # the row must exist to be locked on PostgreSQL; SQLite holds the write lock already
    locked = select(ai_endpoints.c.state).where(ai_endpoints.c.name == name).with_for_update()
    before = connection.execute(locked).scalar()
    if before is None:
        _insert_if_new(connection, ai_endpoints, {"name": name, "state": "{}", "updated_at": now})
        before = connection.execute(locked).scalar_one()
    after = change(before)
    if after != before:
        row = update(ai_endpoints).where(ai_endpoints.c.name == name)
        connection.execute(row.values(state=after, updated_at=now))


def _insert_if_new(connection: Connection, table: Table, row: dict[str, object]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(table).values(**row).on_conflict_do_nothing())
