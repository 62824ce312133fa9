"""Pace and breaker shared through the ledger, on both databases, by a clock that only sleeps move."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from fakturo.ai import gate
from fakturo.ai.client import Answer
from fakturo.ai.limits import Limits
from fakturo.errors import BreakerOpen, QuotaExhausted, RateLimited, Transient
from fakturo.ledger import ai_calls
from fakturo.ledger.open import reading
from fakturo.settings import Ai

NAME = "http://127.0.0.1/v1/chat/completions m"
ANSWER = Answer("{}", "m", 100, 50, Limits(), 12)


class Clock:
    """Time that stands still until somebody sleeps."""

    def __init__(self):
        self.at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.slept = []

    def now(self):
        return self.at

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


def call(**more):
    return ai_calls.Call(
        **{
            "order_id": None,
            "endpoint": "http://127.0.0.1",
            "model": "m",
            "prompt_version": "draft_order/1",
            "request_sha256": "a" * 64,
            "answer_sha256": None,
            "outcome": "ok",
            "http_status": 200,
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "duration_ms": 12,
            "started_at": datetime(2026, 3, 2, tzinfo=UTC),
            "run_id": "run-1",
        }
        | more
    )


def enter(engine, clock, ai=Ai(), tokens=100):  # noqa: B008  # frozen
    return asyncio.run(gate.enter(engine, NAME, ai, tokens=tokens, now=clock.now, sleep=clock.sleep))


def leave(engine, clock, sent, result=ANSWER, kept=None):
    asyncio.run(gate.leave(engine, NAME, sent, call=call(), result=result, now=clock.now, kept_answer=kept))


def test_workers_take_turns_at_the_configured_rate(engine, clock):
    start = clock.now()
    for _ in range(5):
        enter(engine, clock, Ai(rpm=60))
    assert (clock.now() - start).total_seconds() == pytest.approx(4 / 0.98 - 0.5)


def test_limits_learned_by_one_hold_for_all(engine, clock):
    sent = enter(engine, clock)
    leave(engine, clock, sent, Answer("{}", "m", 100, 50, Limits(requests=60), 12))
    state = gate.read_state(ai_calls.endpoint_state(engine, NAME))
    assert state.pace.ceiling == pytest.approx(0.98)


def test_a_429_makes_whoever_waits_wait_on(engine, clock):
    sent = enter(engine, clock)
    leave(engine, clock, sent, RateLimited("x", wait_s=20.0))
    start = clock.now()
    enter(engine, clock)
    assert (clock.now() - start).total_seconds() >= 20


def test_a_429_that_comes_while_one_sleeps_sends_it_to_sleep_again(engine, clock):
    enter(engine, clock, Ai(rpm=60))
    first_sleep = clock.sleep

    async def disturbed(seconds):
        await first_sleep(seconds)
        if len(clock.slept) == 1:
            sent = gate.Pass(clock.now().timestamp(), 0)
            await gate.leave(
                engine, NAME, sent, call=call(), result=RateLimited("x", wait_s=9.0), now=clock.now
            )

    clock.sleep = disturbed
    enter(engine, clock, Ai(rpm=60))
    assert len(clock.slept) == 2
    assert clock.slept[1] >= 9


def test_a_turn_too_far_away_is_not_waited_for(engine, clock):
    sent = enter(engine, clock)
    leave(engine, clock, sent, RateLimited("x", wait_s=500.0))
    with pytest.raises(RateLimited) as refused:
        enter(engine, clock)
    assert refused.value.wait_s >= 500


def open_breaker(engine, clock):
    passes = [enter(engine, clock) for _ in range(5)]
    for sent in passes:
        leave(engine, clock, sent, Transient("x"))


def test_five_failures_open_the_breaker_for_all_and_one_probe_closes_it(engine, clock):
    open_breaker(engine, clock)
    with pytest.raises(BreakerOpen) as resting:
        enter(engine, clock)
    assert resting.value.wait_s == pytest.approx(2, abs=0.1)
    assert gate.resting_s(engine, NAME, clock.now()) == pytest.approx(2, abs=0.1)
    clock.at += timedelta(seconds=3)
    assert gate.resting_s(engine, NAME, clock.now()) == 0
    probe = enter(engine, clock)
    with pytest.raises(BreakerOpen):
        enter(engine, clock)
    assert gate.resting_s(engine, NAME, clock.now()) > 0
    leave(engine, clock, probe)
    enter(engine, clock)
    assert gate.resting_s(engine, NAME, clock.now()) == 0


def test_a_probe_may_wait_for_its_turn(engine, clock):
    open_breaker(engine, clock)
    clock.at += timedelta(seconds=3)
    sent = gate.Pass(clock.now().timestamp(), 0)
    leave(engine, clock, sent, RateLimited("x", wait_s=4.0))  # closes it: the provider lives
    open_again = [gate.Pass(clock.now().timestamp(), 0)] * 5
    for each in open_again:
        leave(engine, clock, each, Transient("x"))
    clock.at += timedelta(seconds=2.5)
    assert enter(engine, clock).sent_at > clock.now().timestamp() - 1


def test_no_credit_keeps_everybody_out_for_a_while(engine, clock):
    sent = enter(engine, clock)
    leave(engine, clock, sent, QuotaExhausted("x"))
    with pytest.raises(QuotaExhausted):
        enter(engine, clock)
    clock.at += timedelta(seconds=11)
    enter(engine, clock)


def test_an_attempt_leaves_a_row_and_its_answer(engine, clock):
    sent = enter(engine, clock)
    leave(engine, clock, sent, kept='{"lines": []}')
    leave(engine, clock, sent, kept="another answer to the same request")
    with reading(engine) as connection:
        rows = connection.execute(select(ai_calls.ai_calls.c.outcome, ai_calls.ai_calls.c.run_id)).all()
    assert [tuple(row) for row in rows] == [("ok", "run-1")] * 2
    assert ai_calls.find_answer(engine, "a" * 64) == '{"lines": []}'
    assert ai_calls.find_answer(engine, "b" * 64) is None
    assert ai_calls.tokens_used(engine, "run-1") == 300
    assert ai_calls.tokens_used(engine, "run-2") == 0


def test_old_answers_are_forgotten(engine, clock):
    leave(engine, clock, enter(engine, clock), kept="{}")
    assert ai_calls.forget_answers(engine, clock.now()) == 0
    assert ai_calls.forget_answers(engine, clock.now() + timedelta(seconds=1)) == 1


def test_state_of_another_version_is_read_as_far_as_it_is_known():
    state = gate.read_state('{"pace": {"rate": 3.0, "colour": "red"}, "breaker": {}, "new": 1}')
    assert state.pace.rate == 3.0
    assert gate.read_state(gate.write_state(state)) == state
    assert gate.read_state("{}") == gate.Endpoint()
