"""What the ledger keeps of the AI step: calls, answers, state, sums; also under many hands at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from fakturo.ledger.ai import ai_answers, ai_calls, ai_endpoints, ai_spending
from fakturo.ledger.ai.ai_calls import Call, Result, RunFigures
from fakturo.ledger.open import connect, reading, writing
from fakturo.ledger.tables import ai_calls as table

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def call(run_id="run-1", order_id=None, cost_micros=7500):
    return Call(order_id, "http://e", "m", "draft_order/2", "a" * 64, 1000, 500, cost_micros, NOW, run_id)


def result(outcome="ok", duration_ms=120, cost_micros=6000):
    return Result(outcome, 200, "b" * 64, 900, 300, cost_micros, duration_ms)


def in_one(engine, *steps):
    with writing(engine) as connection:
        return [step(connection) for step in steps]


def begin(engine, **more):
    return in_one(engine, lambda connection: ai_calls.begin(connection, call(**more)))[0]


def settle(engine, call_id, **more):
    in_one(engine, lambda connection: ai_calls.settle(connection, call_id, result(**more)))


def test_a_call_is_written_as_sent_and_then_settled(engine):
    first, second = begin(engine), begin(engine)
    assert first != second
    settle(engine, first)
    with reading(engine) as connection:
        found = {row.id: row for row in connection.execute(select(table))}
    sent, settled = found[second], found[first]
    assert (sent.outcome, sent.prompt_tokens, sent.completion_tokens, sent.cost_micros) == (
        "sent",
        1000,
        500,
        7500,
    )
    assert (sent.http_status, sent.answer_sha256, sent.started_at, sent.run_id) == (None, None, NOW, "run-1")
    assert (settled.outcome, settled.prompt_tokens, settled.completion_tokens) == ("ok", 900, 300)
    assert (settled.http_status, settled.answer_sha256, settled.cost_micros) == (200, "b" * 64, 6000)
    assert (settled.duration_ms, settled.started_at, settled.request_sha256) == (120, NOW, "a" * 64)


def test_figures_are_of_one_run(engine):
    for duration_ms in (300, 100):
        settle(engine, begin(engine), duration_ms=duration_ms)
    settle(engine, begin(engine), outcome="rate_limit", cost_micros=0)
    begin(engine)
    settle(engine, begin(engine, run_id="run-2"))
    # three settled at 1,200 tokens each, one still counted by its estimate of 1,500
    assert ai_calls.figures(engine, "run-1") == RunFigures(4, 0, 1, 5100, 19_500, [100, 300])
    assert ai_calls.figures(engine, "run-3") == RunFigures(durations_ms=[])


def test_the_first_answer_of_a_request_is_kept_until_it_is_old(engine):
    in_one(
        engine,
        lambda connection: ai_answers.keep(connection, "a" * 64, "first", NOW),
        lambda connection: ai_answers.keep(connection, "a" * 64, "second", NOW + timedelta(days=1)),
        lambda connection: ai_answers.keep(connection, "b" * 64, "young", NOW + timedelta(days=1)),
    )
    both = ["a" * 64, "b" * 64]
    assert ai_answers.find_answers(engine, both) == {"a" * 64: "first", "b" * 64: "young"}
    assert ai_answers.find_answers(engine, []) == {}
    assert ai_answers.forget_answers(engine, NOW) == 0
    assert ai_answers.forget_answers(engine, NOW + timedelta(hours=1)) == 1
    assert ai_answers.find_answers(engine, both) == {"b" * 64: "young"}


def test_a_provider_that_was_never_asked_has_an_empty_state(engine):
    assert ai_endpoints.state(engine, "e m") == "{}"
    in_one(engine, lambda connection: ai_endpoints.locked(connection, "e m", NOW))
    assert ai_endpoints.state(engine, "e m") == "{}"


@pytest.fixture
def two_processes(engine):
    """The ledger as two processes see it."""
    other = connect(engine.url.render_as_string(hide_password=False))
    yield [engine, other]
    other.dispose()


def together(engines, step, times):
    """Let each process do a step so many times, all at once."""
    with ThreadPoolExecutor(len(engines)) as pool:
        list(pool.map(lambda engine: [step(engine) for _ in range(times)], engines))


def test_no_change_of_a_shared_state_is_lost(two_processes):
    def count(engine):
        with writing(engine) as connection:
            before = ai_endpoints.locked(connection, "e m", NOW)
            ai_endpoints.write(connection, "e m", str(int(before.strip("{}") or 0) + 1), NOW)

    together(two_processes, count, 25)
    assert ai_endpoints.state(two_processes[0], "e m") == "50"


def test_no_spending_is_lost(two_processes):
    scopes = ai_spending.scopes("run-1", NOW)
    assert scopes == ["day:2026-03-02", "run:run-1"]

    def spend(engine):
        with writing(engine) as connection:
            ai_spending.add(connection, scopes, tokens=3, cost_micros=5, now=NOW)

    together(two_processes, spend, 25)
    assert [ai_spending.spent(two_processes[0], scope) for scope in scopes] == [(150, 250)] * 2


def test_what_is_given_back_is_free_again(engine):
    for tokens, cost_micros in ((1500, 7500), (-300, -1500)):
        in_one(
            engine,
            lambda connection, tokens=tokens, cost=cost_micros: ai_spending.add(
                connection, ["day:2026-03-02"], tokens=tokens, cost_micros=cost, now=NOW
            ),
        )
    assert ai_spending.spent(engine, "day:2026-03-02") == (1200, 6000)
    assert ai_spending.spent(engine, "day:2026-03-03") == (0, 0)


def test_a_day_is_a_utc_day_and_a_run_may_have_no_name():
    assert ai_spending.scopes(None, datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC)) == ["day:2026-03-02"]
