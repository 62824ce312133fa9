"""Requests to the model, one row each: written before the call, settled after it.

A row that stays `sent` was in flight when its process died; its estimated cost counts as spent, since the
provider may well have billed it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select, update

from fakturo.ledger.open import reading
from fakturo.ledger.tables import ai_calls

SENT = "sent"


class Call(NamedTuple):
    """One HTTP attempt as it leaves; tokens and cost are estimates."""

    order_id: int | None
    endpoint: str
    model: str
    prompt_version: str
    request_sha256: str
    prompt_tokens: int
    completion_tokens: int
    cost_micros: int | None
    """Millionths of the price list's currency."""
    started_at: datetime
    run_id: str | None


class Result(NamedTuple):
    """What became of it."""

    outcome: str
    """`ok` or the class of the error."""
    http_status: int | None
    answer_sha256: str | None
    prompt_tokens: int
    completion_tokens: int
    cost_micros: int | None
    duration_ms: int


class RunFigures(NamedTuple):
    """What the calls of one run came to."""

    calls: int = 0
    orders: int = 0
    """That were asked about."""
    limited: int = 0
    """429s."""
    tokens: int = 0
    cost_micros: int | None = None
    durations_ms: Sequence[int] = ()
    """Of the answered calls, ascending."""


def begin(connection: Connection, call: Call) -> int:
    """Write the row of a call that is about to leave; returns its id."""
    row = insert(ai_calls).values(**call._asdict(), outcome=SENT, duration_ms=0)
    return int(connection.execute(row.returning(ai_calls.c.id)).scalar_one())


def settle(connection: Connection, call_id: int, result: Result) -> None:
    """Write what became of a call."""
    connection.execute(update(ai_calls).where(ai_calls.c.id == call_id).values(**result._asdict()))


def figures(engine: Engine, run_id: str) -> RunFigures:
    """Calls, tokens, cost and durations of a run so far."""
    mine = ai_calls.c.run_id == run_id
    with reading(engine) as connection:
        calls, orders, tokens, cost = connection.execute(
            select(
                func.count(),
                func.count(func.distinct(ai_calls.c.order_id)),
                func.sum(ai_calls.c.prompt_tokens + ai_calls.c.completion_tokens),
                func.sum(ai_calls.c.cost_micros),
            ).where(mine)
        ).one()
        limited = select(func.count()).where(mine, ai_calls.c.outcome == "rate_limit")
        answered = select(ai_calls.c.duration_ms).where(mine, ai_calls.c.outcome == "ok")
        return RunFigures(
            calls,
            orders,
            int(connection.execute(limited).scalar_one()),
            int(tokens or 0),
            None if cost is None else int(cost),
            connection.execute(answered.order_by(ai_calls.c.duration_ms)).scalars().all(),
        )
