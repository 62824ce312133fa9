"""The gate that all processes share: turns, rests and what is learned; by a clock of our own."""

import asyncio
from dataclasses import replace

import pytest

from fakturo.ai.lane import gate
from fakturo.ai.lane.endpoint import Sent, read_state
from fakturo.errors import BreakerOpen, InvalidOutput, Permanent, QuotaExhausted, RateLimited, Transient
from fakturo.ledger.ai import ai_answers, ai_endpoints
from fakturo.ledger.open import connect
from fakturo.ledger.tables import ai_calls, outbox
from fakturo.setting_groups.ai import Provider
from tests.ai.scripted import Scripted, asking, said
from tests.ai.wishes import rows

SLOW = Provider(base_url="http://one.test", rpm=60)


@pytest.fixture
def one():
    return Scripted("one", said(), provider=SLOW)


@pytest.fixture
def desk(sqlite_engine, desk_of, one):
    return desk_of(sqlite_engine, one)


@pytest.fixture
def desk_on_both(engine, desk_of, one):
    """Once on each database."""
    return desk_of(engine, one)


def enter(desk, client=None, **more):
    return asyncio.run(gate.enter(desk, asking(client or desk.clients[0], **more)))


def leave(desk, given, result=None, *, client=None, answer=None, outcome="ok"):
    about = asking(client or desk.clients[0])
    asyncio.run(gate.leave(desk, about, given, result or said(), outcome=outcome, answer=answer))


def state(desk):
    return read_state(ai_endpoints.state(desk.engine, desk.endpoints[0]))


def standing(desk):
    return gate.standing(desk.engine, desk.endpoints, desk.ai, desk.now())


def sent_at(desk):
    return Sent(desk.now().timestamp(), 1500, waited=False)


def open_breaker(desk):
    for given in [enter(desk) for _ in range(5)]:
        leave(desk, given._replace(sent=sent_at(desk)), Transient("x"), outcome="transient")


def test_workers_take_turns_at_the_configured_rate(desk, clock):
    start = clock.now()
    given = [enter(desk) for _ in range(5)]
    assert (clock.now() - start).total_seconds() == pytest.approx(4 / 0.995 - 0.2)
    assert [each.sent.waited for each in given] == [False, True, True, True, True]


def test_two_processes_share_the_turns(engine, desk_on_both, desk_of, clock):
    desk = desk_on_both
    other = connect(engine.url.render_as_string(hide_password=False))
    two = desk_of(other, Scripted("one", said(), provider=SLOW))
    start = clock.now()
    for each in (desk, two, desk, two, two, desk):
        enter(each)
    assert (clock.now() - start).total_seconds() == pytest.approx(5 / 0.995 - 0.2)
    leave(two, enter(two), RateLimited("x", wait_s=20.0), outcome="rate_limit")
    start = clock.now()
    enter(desk)
    assert (clock.now() - start).total_seconds() >= 20
    other.dispose()


def test_limits_learned_by_one_hold_for_all(desk):
    leave(desk, enter(desk), said(requests=30))
    assert state(desk).pace.requests.rate == pytest.approx(0.4975)


def test_two_providers_have_buckets_and_breakers_of_their_own(sqlite_engine, desk_of, clock):
    first, second = Scripted("one", said()), Scripted("two", said())
    desk = desk_of(sqlite_engine, first, second)
    open_breaker(desk)
    leave(desk, enter(desk, second), RateLimited("x", wait_s=60.0), client=second, outcome="rate_limit")
    assert state(desk).breaker.rests == 1
    assert state(desk).pace.blocked_until == 0
    there = read_state(ai_endpoints.state(sqlite_engine, second.name))
    assert there.breaker.rests == 0
    assert there.pace.blocked_until == pytest.approx(clock.now().timestamp() + 60)
    assert standing(desk) == (0.0, 1), "one resting provider does not stop the other"


def test_a_429_that_comes_while_one_sleeps_sends_it_to_sleep_again(desk, clock):
    about = asking(desk.clients[0])
    first = enter(desk)

    async def disturbed(seconds):
        await clock.sleep(seconds)
        if len(clock.slept) == 1:
            given = first._replace(sent=sent_at(desk))
            await gate.leave(
                desk, about, given, RateLimited("x", wait_s=9.0), outcome="rate_limit", answer=None
            )

    asyncio.run(gate.enter(replace(desk, sleep=disturbed), about))
    assert len(clock.slept) == 2
    assert clock.slept[1] >= 9


def test_a_turn_too_far_away_is_not_waited_for(desk, clock):
    leave(desk, enter(desk), RateLimited("x", wait_s=500.0), outcome="rate_limit")
    with pytest.raises(RateLimited) as refused:
        enter(desk)
    assert refused.value.wait_s >= 500
    assert clock.slept == []


def test_five_failures_open_the_breaker_for_all_and_one_probe_closes_it(desk_on_both, clock):
    desk = desk_on_both
    open_breaker(desk)
    with pytest.raises(BreakerOpen) as resting:
        enter(desk)
    assert resting.value.wait_s == pytest.approx(0.5)
    assert standing(desk).rest_s == pytest.approx(0.5)
    clock.pass_by(10)
    assert standing(desk) == (0.0, 1)
    probe = enter(desk)
    with pytest.raises(BreakerOpen):
        enter(desk)
    assert standing(desk).rest_s > 0
    leave(desk, probe)
    assert standing(desk) == (0.0, 4)
    enter(desk)


def test_a_provider_that_refuses_the_probe_for_good_lives(desk, clock):
    open_breaker(desk)
    clock.pass_by(10)
    leave(desk, enter(desk), Permanent("x", status=400), outcome="permanent")
    enter(desk)
    assert state(desk).breaker.rests == 0


def test_a_probe_whose_process_died_keeps_nobody_out_for_ever(desk, clock):
    open_breaker(desk)
    clock.pass_by(10)
    enter(desk)
    clock.pass_by(desk.ai.timeout_s + gate.PROBE_GRACE_S - 1)
    with pytest.raises(BreakerOpen):
        enter(desk)
    clock.pass_by(1)
    enter(desk)


def test_a_probe_that_must_wait_for_its_turn_stays_the_probe(desk, clock):
    for given in [enter(desk) for _ in range(8)][3:]:
        leave(desk, given._replace(sent=sent_at(desk)), Transient("x"), outcome="transient")
    clock.pass_by(0.6)  # the rest is over, and the next free turn is not there yet
    before = len(clock.slept)
    probe = enter(desk)
    assert len(clock.slept) == before + 1
    assert probe.sent.waited


def test_a_turn_that_becomes_the_probe_and_wakes_early_is_not_locked_out_by_itself(desk, clock):
    about = asking(desk.clients[0])
    left = [enter(desk) for _ in range(8)]  # the next turn is almost a second away

    async def disturbed(seconds):
        if seconds > 0.5:
            for given in left[3:]:
                ill = given._replace(sent=sent_at(desk))
                await gate.leave(desk, about, ill, Transient("x"), outcome="transient", answer=None)
            clock.pass_by(seconds - 0.01)
        else:
            await clock.sleep(seconds)

    assert asyncio.run(gate.enter(replace(desk, sleep=disturbed), about)).sent.waited


def test_nobody_knows_how_many_at_once_before_the_first_answer(desk):
    assert standing(desk).at_once == 1
    leave(desk, enter(desk))
    assert standing(desk).at_once == desk.ai.concurrency


def test_as_many_at_once_as_the_best_of_the_providers_allows(sqlite_engine, desk_of):
    known, new = Scripted("known", said()), Scripted("new", said())
    leave(desk_of(sqlite_engine, known), enter(desk_of(sqlite_engine, known)), client=known)
    for clients in ((known, new), (new, known)):
        assert standing(desk_of(sqlite_engine, *clients)) == (0.0, 4)


def test_without_providers_there_is_nothing_to_rest(sqlite_engine, with_ai, clock):
    assert gate.standing(sqlite_engine, (), with_ai().ai, clock.now()) == (0.0, 4)


def alerts(engine):
    return [row.subject for row in rows(engine, outbox.c.id, outbox.c.event, outbox.c.subject)]


def test_no_credit_keeps_everybody_out_and_tells_once(desk_on_both, clock):
    desk = desk_on_both
    both = [enter(desk), enter(desk)]
    clock.pass_by(1)
    for given in both:
        leave(desk, given, QuotaExhausted("No credit."), outcome="quota_exhausted")
    with pytest.raises(QuotaExhausted) as refused:
        enter(desk)
    assert refused.value.wait_s == pytest.approx(10)
    assert alerts(desk.engine) == ["http://one.test m"]
    assert rows(desk.engine, outbox.c.id, outbox.c.event)[0].event == "ai.quota_exhausted"


def test_one_finds_out_whether_the_credit_is_back_and_a_second_fall_is_told_again(desk, clock):
    leave(desk, enter(desk), QuotaExhausted("x"), outcome="quota_exhausted")
    clock.pass_by(10.1)
    assert standing(desk) == (0.0, 1)
    finder = enter(desk)
    with pytest.raises(QuotaExhausted):
        enter(desk)
    leave(desk, finder, QuotaExhausted("x"), outcome="quota_exhausted")
    assert standing(desk).rest_s == pytest.approx(20)
    assert len(alerts(desk.engine)) == 1, "still bad is no news"
    clock.pass_by(20.1)
    leave(desk, enter(desk))
    enter(desk)
    leave(desk, enter(desk), QuotaExhausted("x"), outcome="quota_exhausted")
    assert len(alerts(desk.engine)) == 2


def test_the_row_of_a_call_stands_before_it_leaves_and_is_settled_after(desk_on_both):
    desk = desk_on_both
    about = (ai_calls.c.id, ai_calls.c.outcome, ai_calls.c.http_status, ai_calls.c.prompt_tokens)
    about += (ai_calls.c.completion_tokens, ai_calls.c.duration_ms, ai_calls.c.run_id)
    given = enter(desk)
    assert rows(desk.engine, *about) == [(given.call_id, "sent", None, 1000, 500, 0, "run-1")]
    leave(desk, given, said("{}", 900, 41))
    assert rows(desk.engine, *about) == [(given.call_id, "ok", 200, 900, 41, 12, "run-1")]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(Transient("x", status=502), "transient"), (InvalidOutput("x", status=200), "invalid_output")],
)
def test_a_failed_call_is_settled_by_its_class(desk, clock, error, outcome):
    given = enter(desk)
    clock.pass_by(1.5)
    leave(desk, given, error, outcome=outcome)
    found = rows(
        desk.engine, ai_calls.c.id, ai_calls.c.outcome, ai_calls.c.http_status, ai_calls.c.duration_ms
    )
    assert found == [(given.call_id, outcome, error.status, 1500)]


def test_the_first_usable_answer_of_a_request_is_kept(desk_on_both):
    desk = desk_on_both
    leave(desk, enter(desk), answer='{"lines": []}')
    leave(desk, enter(desk), answer="another answer to the same request")
    assert ai_answers.find_answers(desk.engine, ["b" * 64, "a" * 64]) == {"a" * 64: '{"lines": []}'}


def test_a_simpler_way_to_ask_is_remembered_for_all_and_once(desk_on_both):
    desk = desk_on_both
    one = desk.clients[0]
    asyncio.run(gate.fall_back(desk, one, "json_schema", "tools"))
    asyncio.run(gate.fall_back(desk, one, "tools", "json_object"))
    asyncio.run(gate.fall_back(desk, one, "json_schema", "tools"))  # was under way meanwhile
    assert state(desk).mode == enter(desk).mode == "json_object"
