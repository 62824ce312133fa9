"""The closing table: figures counted by hand, and no rows about a model that was not asked."""

import asyncio
from collections import deque
from decimal import Decimal

import pytest
from sqlalchemy import insert

from fakturo.ai.lane.desk import open_desk
from fakturo.closing_table import closing_table
from fakturo.drain import Drain
from fakturo.ledger.issuing.chunk import ChunkOutcome
from fakturo.ledger.open import writing
from fakturo.ledger.tables import ai_calls, drafts, orders


@pytest.fixture
def work(sqlite_engine, settings):
    """A drain of which a test says what it has done."""
    desk = open_desk(sqlite_engine, settings, worker="w", run_id="run-1")
    yield Drain(desk, draft=lambda _claimed: asyncio.sleep(0, "proved"))
    asyncio.run(desk.aclose())


@pytest.fixture
def record(sqlite_engine, now):
    """Write rows of the ledger."""

    def written(table, *given, **same):
        with writing(sqlite_engine) as connection:
            connection.execute(insert(table), [same | each for each in given])

    queued = {"source": "t", "content_sha256": "0", "lane": "model", "status": "queued"}
    times = {"received_at": now, "updated_at": now}
    written(orders, *({"id": no, "external_id": f"T-{no}"} for no in (1, 2, 3)), **queued, **times)
    return written


def call(order_id, duration_ms, outcome="ok", cost_micros=2500, tokens=(900, 100)):
    return {
        "order_id": order_id,
        "duration_ms": duration_ms,
        "outcome": outcome,
        "cost_micros": cost_micros,
        "prompt_tokens": tokens[0],
        "completion_tokens": tokens[1],
    }


CALL = {"endpoint": "e", "model": "m", "prompt_version": "v", "request_sha256": "0", "run_id": "run-1"}


def table(engine, work):
    return dict(closing_table(engine, work, "run-1"))


def test_a_run_without_free_text_says_nothing_about_a_model(sqlite_engine, work):
    work.issued = ChunkOutcome(issued=5, review=2, credit_requested=1)
    assert table(sqlite_engine, work) == {
        "issued": "5",
        "credit notes": "0",
        "to review": "2",
        "credit notes asked": "1",
    }


def test_without_a_model_the_drafts_for_people_are_told(sqlite_engine, work):
    work.drafted.update(review=4)
    assert table(sqlite_engine, work) == {
        "issued": "0",
        "credit notes": "0",
        "to review": "4",
        "credit notes asked": "0",
        "drafted": "4",
        "reasked": "0",
        "parked": "0",
        "dead letters": "0",
    }


def test_every_figure_of_a_run_with_a_model(sqlite_engine, work, record, now):
    calls = [call(1, 100), call(1, 200), call(2, 300), call(3, 400)]
    calls += [call(3, 9000, "rate_limit", 0, (0, 0)), call(3, 0, "sent")]
    record(ai_calls, *calls, **CALL, started_at=now)
    record(ai_calls, call(1, 99_000), **CALL | {"run_id": "run-2"}, started_at=now)
    made = {"order_id": 1, "drafter": "model", "outcome": "proved", "created_at": now}
    record(drafts, made | {"reasks": 2}, made | {"reasks": 1}, run_id="run-1")
    record(drafts, made | {"reasks": 7}, run_id="run-2")
    work.issued = ChunkOutcome(issued=2, review=1)
    work.drafted.update(proved=2, review=1, parked=3, dead_letter=1, lost=1)
    work.durations_s = deque([0.9, 0.1, 0.5])
    assert table(sqlite_engine, work) == {
        "issued": "2",
        "credit notes": "0",
        "to review": "2",
        "credit notes asked": "0",
        "drafted": "3",
        "reasked": "3",
        "parked": "3",
        "dead letters": "1",
        "calls": "6 (2.00 an order)",
        "refused by the rate limit": "1",
        "tokens": "5000",
        "cost": "0.0125",
        "answer p50 / p95": "0.20 s / 0.40 s",
        "draft p50 / p95": "0.50 s / 0.90 s",
    }


def test_unknown_costs_are_not_told_as_nothing(sqlite_engine, work, record, now):
    record(ai_calls, call(1, 100, cost_micros=None), **CALL, started_at=now)
    assert "cost" not in table(sqlite_engine, work)


def test_where_nothing_was_answered_there_is_no_duration(sqlite_engine, work, record, now):
    record(ai_calls, call(1, 100, "timeout"), **CALL, started_at=now)
    rows = table(sqlite_engine, work)
    assert (rows["answer p50 / p95"], rows["draft p50 / p95"]) == ("-", "-")
    assert rows["calls"] == "1 (1.00 an order)"


@pytest.mark.parametrize(("count", "p50", "p95"), [(1, 1, 1), (2, 1, 2), (20, 10, 19), (100, 50, 95)])
def test_percentiles_are_values_that_occurred(sqlite_engine, work, record, now, count, p50, p95):
    record(ai_calls, *(call(1, 1000 * no) for no in range(count, 0, -1)), **CALL, started_at=now)
    assert table(sqlite_engine, work)["answer p50 / p95"] == f"{p50}.00 s / {p95}.00 s"
    assert Decimal(table(sqlite_engine, work)["cost"]) == Decimal("0.0025") * count
