"""One usable answer, from whichever provider can give it: order, cache, modes, lost calls."""

import asyncio
from datetime import timedelta

import pytest

from fakturo.ai import asking, prompting
from fakturo.ai.asking import reply
from fakturo.ai.lane import latency
from fakturo.ai.lane.endpoint import Endpoint, read_state, write_state
from fakturo.ai.lane.latency import Latency
from fakturo.errors import (
    AiError,
    BreakerOpen,
    FormatRefused,
    InvalidOutput,
    OverBudget,
    Permanent,
    QuotaExhausted,
    RateLimited,
    Refused,
    TimedOut,
    Transient,
)
from fakturo.ledger.ai import ai_endpoints
from fakturo.ledger.open import writing
from fakturo.ledger.tables import ai_calls
from tests.ai.scripted import Scripted, never, reading, said
from tests.ai.wishes import put_wishes, rows

RIGHT = reading("12700", [("22551", 2, "1.65")])
OTHER = reading("12700", [("85123A", 6, "2.55")])
QUESTION = prompting.question("Two plasters in tin (22551) at £1.65, account 12700.")


@pytest.fixture
def one():
    return Scripted("one", said(RIGHT))


@pytest.fixture
def two():
    return Scripted("two", said(OTHER))


@pytest.fixture
def ledger(sqlite_engine):
    put_wishes(sqlite_engine, 1)
    return sqlite_engine


def ask(desk, *, within_s=600.0):
    deadline = desk.now() + timedelta(seconds=within_s)
    answered = reply(desk, QUESTION, order_id=1, deadline=deadline)
    return asyncio.run(asyncio.wait_for(answered, 30))  # a defect must not hang the tests


def outcomes(engine):
    return [row.outcome for row in rows(engine, ai_calls.c.id, ai_calls.c.outcome)]


def of_provider(engine, client):
    return read_state(ai_endpoints.state(engine, client.name))


def test_the_first_provider_is_asked_first(ledger, desk_of, one, two):
    answered = ask(desk_of(ledger, one, two))
    assert (answered.text, answered.model, two.calls) == (RIGHT, "m", 0)


@pytest.mark.parametrize(
    "error",
    [
        Refused("x", status=400),
        Permanent("too long", status=400),
        Permanent("no such model", status=404),
        QuotaExhausted("x", status=429),
        RateLimited("x", status=429, wait_s=500.0),
    ],
    ids=["refused", "too long", "no such model", "no credit", "limited for long"],
)
def test_what_the_first_cannot_do_the_second_does(ledger, desk_of, two, error):
    first = Scripted("one", error)
    assert ask(desk_of(ledger, first, two)).text == OTHER
    assert (first.calls, two.calls) == (1, 1)
    assert outcomes(ledger) == [error.outcome, "ok"]
    assert of_provider(ledger, first).latency.answers == 0
    assert of_provider(ledger, two).latency.answers == 1


def test_a_resting_first_choice_is_not_asked_at_all(ledger, desk_of, two):
    first = Scripted("one", Transient("x", status=500))
    desk = desk_of(ledger, first, two)
    for _ in range(5):
        with pytest.raises(Transient):
            ask(desk)
    assert (first.calls, two.calls) == (5, 0), "what a retry may mend stays with the first"
    assert ask(desk).text == OTHER
    assert (first.calls, two.calls) == (5, 1)
    assert of_provider(ledger, two).breaker.failures == 0


@pytest.mark.parametrize(
    ("first", "second", "raised"),
    [
        (Refused("x"), RateLimited("x", wait_s=500.0), RateLimited),
        (RateLimited("x", wait_s=500.0), Refused("x"), RateLimited),
        (QuotaExhausted("x"), Refused("x"), Refused),
        (QuotaExhausted("x"), QuotaExhausted("x"), QuotaExhausted),
        (Permanent("x", status=404), Permanent("x", status=400), Permanent),
    ],
    ids=["passes by itself", "whichever comes first", "about this order", "about all", "of two for good"],
)
def test_of_several_failures_the_most_hopeful_is_raised(ledger, desk_of, first, second, raised):
    with pytest.raises(raised) as failed:
        ask(desk_of(ledger, Scripted("one", first), Scripted("two", second)))
    assert failed.value.status != 404, "one order's failure goes before what stops all"


def test_of_two_that_rest_the_shorter_rest_is_named(ledger, desk_of, clock):
    first, second = Scripted("one", said(RIGHT)), Scripted("two", said(RIGHT))
    desk = desk_of(ledger, first, second)
    for client, rest_s in ((first, 9.0), (second, 4.0)):
        until = clock.now().timestamp() + rest_s
        state = read_state(f'{{"breaker":{{"failures":5,"rests":1,"open_until":{until}}}}}')
        with writing(ledger) as connection:
            ai_endpoints.locked(connection, client.name, clock.now())
            ai_endpoints.write(connection, client.name, write_state(state), clock.now())
    with pytest.raises(BreakerOpen) as resting:
        ask(desk)
    assert resting.value.wait_s == pytest.approx(4.0)
    assert (first.calls, second.calls) == (0, 0)


def test_a_rate_limit_is_waited_out_and_costs_no_attempt(ledger, desk_of, clock):
    limited = RateLimited("x", status=429, wait_s=5.0)
    client, start = Scripted("one", limited, limited, said(RIGHT)), clock.now()
    assert ask(desk_of(ledger, client)).text == RIGHT
    assert (clock.now() - start).total_seconds() >= 10
    assert outcomes(ledger) == ["rate_limit", "rate_limit", "ok"]


def test_the_deadline_bounds_the_waiting_for_a_rate_limit(ledger, desk_of, clock):
    client, start = Scripted("one", RateLimited("x", status=429, wait_s=5.0)), clock.now()
    with pytest.raises(RateLimited):
        ask(desk_of(ledger, client), within_s=12.0)
    assert 12 <= (clock.now() - start).total_seconds() <= 20
    assert client.calls == 4


def test_a_kept_answer_costs_nothing(ledger, desk_of, one):
    desk = desk_of(ledger, one)
    assert ask(desk) == ask(desk)
    assert one.calls == 1
    assert outcomes(ledger) == ["ok"]


def test_an_answer_that_another_provider_gave_is_found_before_anybody_is_asked(ledger, desk_of):
    one, two = Scripted("one", Refused("x"), said(RIGHT)), Scripted("two", said(RIGHT))
    desk = desk_of(ledger, one, two)
    assert ask(desk) == ask(desk)
    assert (one.calls, two.calls) == (1, 1)


def test_without_cache_it_is_asked_anew_and_nothing_is_kept(ledger, desk_of):
    client = Scripted("one", said(RIGHT), said(OTHER))
    kept = desk_of(ledger, client)
    fresh = desk_of(ledger, client, cache=False)
    assert [ask(desk).text for desk in (kept, fresh, fresh, kept)] == [RIGHT, OTHER, OTHER, RIGHT]
    assert client.calls == 3


def test_an_answer_of_the_wrong_shape_is_paid_for_and_not_kept(ledger, desk_of):
    client = Scripted("one", said("{}"), said(RIGHT))
    desk = desk_of(ledger, client)
    with pytest.raises(InvalidOutput):
        ask(desk)
    assert ask(desk).text == RIGHT
    assert outcomes(ledger) == ["invalid_output", "ok"]


@pytest.mark.parametrize(
    "error",
    [
        Transient("x", status=500),
        RateLimited("x", wait_s=1.0),
        FormatRefused("x"),
        Permanent("x", status=400),
        InvalidOutput("x"),
    ],
    ids=lambda error: error.outcome,
)
def test_whoever_finds_out_about_the_credit_and_meets_something_else_keeps_nobody_out(
    ledger, desk_of, clock, error
):
    desk = desk_of(ledger, Scripted("one", QuotaExhausted("x"), error, said(RIGHT)))
    with pytest.raises(QuotaExhausted):
        ask(desk)
    clock.pass_by(11)
    try:
        assert ask(desk).text == RIGHT
    except AiError as raised:
        assert raised is error  # noqa: PT017  # and not "no credit"
        clock.pass_by(1)
        assert ask(desk).text == RIGHT


def test_the_cap_of_the_run_stops_before_anybody_is_asked(ledger, desk_of, one, two):
    with pytest.raises(OverBudget):
        ask(desk_of(ledger, one, two, max_tokens_per_run=1))
    assert (one.calls, two.calls) == (0, 0)


def test_the_way_to_ask_is_found_out_once_for_all(ledger, desk_of, clock):
    refusal = FormatRefused("x", status=400)
    client = Scripted("one", refusal, refusal, refusal, said(RIGHT), said(RIGHT))
    ask(desk_of(ledger, client, cache=False))
    ask(desk_of(ledger, client, cache=False))
    assert client.modes == ["json_schema", "tools", "json_object", "text", "text"]
    assert outcomes(ledger) == ["permanent", "permanent", "permanent", "ok", "ok"]


@pytest.fixture
def quick(monkeypatch):
    """Bounds of a tenth of a second where they are two, looked at as much more often."""
    monkeypatch.setattr(latency, "SHORTEST_S", 0.1)
    monkeypatch.setattr(asking, "LOOK_AGAIN_S", 0.02)


def teach(engine, client, clock, seconds=0.01):
    known = Latency()
    for _ in range(20):
        known = latency.answered(known, seconds, 100)
    with writing(engine) as connection:
        ai_endpoints.locked(connection, client.name, clock.now())
        ai_endpoints.write(connection, client.name, write_state(Endpoint(latency=known)), clock.now())


def test_a_call_that_hangs_is_given_up_long_before_the_setting(ledger, desk_of, clock, quick):
    client = Scripted("one", never)
    teach(ledger, client, clock)
    with pytest.raises(TimedOut, match="far longer than it usually takes"):
        ask(desk_of(ledger, client, timeout_s=3600.0))
    assert outcomes(ledger) == ["timeout"]
    assert of_provider(ledger, client).latency.doublings == 1


def test_a_call_that_began_before_anything_was_known_is_given_up_too(ledger, desk_of, clock, quick):
    client = Scripted("one", never, said(RIGHT))
    desk = desk_of(ledger, client, timeout_s=3600.0, cache=False)

    async def both():
        deadline = desk.now() + timedelta(hours=1)
        lost = asyncio.create_task(reply(desk, QUESTION, order_id=1, deadline=deadline))
        while client.calls == 0:  # noqa: ASYNC110  # until it hangs; nothing tells of it
            await asyncio.sleep(0.001)
        for _ in range(latency.ENOUGH):
            assert not lost.done()
            await reply(desk, QUESTION, order_id=1, deadline=deadline)
        with pytest.raises(TimedOut):
            await asyncio.wait_for(lost, 10)

    asyncio.run(both())
    assert outcomes(ledger) == ["timeout", *["ok"] * latency.ENOUGH]


def test_the_setting_bounds_an_answer_of_which_nothing_is_known(ledger, desk_of, quick):
    with pytest.raises(TimedOut):
        ask(desk_of(ledger, Scripted("one", never), timeout_s=0.05))
