"""What processes share about a provider: it survives JSON, other versions, and learns from what happens."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.ai.lane.breaker import Breaker
from fakturo.ai.lane.credit import Credit
from fakturo.ai.lane.crowding import Crowding
from fakturo.ai.lane.endpoint import Endpoint, Sent, learned, read_state, write_state
from fakturo.ai.lane.latency import Latency
from fakturo.ai.lane.pacing import Bucket, Pace
from fakturo.ai.provider.client import Answer
from fakturo.ai.provider.limits import Limits
from fakturo.errors import (
    FormatRefused,
    InvalidOutput,
    Permanent,
    QuotaExhausted,
    RateLimited,
    Refused,
    TimedOut,
    Transient,
    Truncated,
)

FLOATS = st.floats(0, 2e9)
BUCKETS = st.builds(
    Bucket,
    rate=FLOATS | st.none(),
    published=FLOATS | st.none(),
    configured=FLOATS | st.none(),
    next_at=FLOATS,
    limited_rate=FLOATS | st.none(),
)
ENDPOINTS = st.builds(
    Endpoint,
    mode=st.sampled_from(["json_schema", "tools", "json_object", "text"]),
    pace=st.builds(Pace, requests=BUCKETS, tokens=BUCKETS, blocked_until=FLOATS, flow=FLOATS),
    breaker=st.builds(Breaker, failures=st.integers(0, 99), rests=st.integers(0, 30), open_until=FLOATS),
    latency=st.builds(Latency, answers=st.integers(0, 1000), mean_s=FLOATS, doublings=st.integers(0, 10)),
    crowding=st.builds(Crowding, share=FLOATS, strain=FLOATS, cut_at=FLOATS),
    credit=st.builds(Credit, refusals=st.integers(0, 30), refused_at=FLOATS, rest_until=FLOATS),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(ENDPOINTS)
def test_what_was_written_is_read_again(endpoint):
    assert read_state(write_state(endpoint)) == endpoint


@given(ENDPOINTS, st.dictionaries(st.text(min_size=12, max_size=20), JSON, max_size=3))
def test_fields_of_a_newer_version_are_left_out(endpoint, more):
    newer = {
        name: {**more, **part} if isinstance(part, dict) else part for name, part in asdict(endpoint).items()
    }
    newer["pace"]["requests"] |= more
    assert read_state(json.dumps(more | newer)) == endpoint


def test_an_endpoint_that_was_never_asked_is_as_new():
    assert read_state("{}") == Endpoint()


def test_the_first_version_of_the_state_is_read_as_far_as_it_is_known():
    """As written before token buckets had a rate of their own."""
    text = (
        '{"pace":{"rate":3.0,"ceiling":null,"token_rate":null,"next_request_at":5.0,"next_tokens_at":0.0,'
        '"blocked_until":7.0,"limited_rate":4.0},"breaker":{"failures":5,"rests":2,"open_until":9.0,'
        '"probe_until":0.0},"exhausted_until":1.0}'
    )
    assert read_state(text) == Endpoint(
        pace=Pace(blocked_until=7.0), breaker=Breaker(failures=5, rests=2, open_until=9.0)
    )


def test_an_unknown_way_to_ask_is_found_out_anew():
    assert read_state('{"mode":"telepathy"}').mode == "json_schema"
    assert read_state('{"mode":null}').mode == "json_schema"


SENT = Sent(1000.0, 120, waited=True)


def answer(**more):
    given = {"prompt_tokens": 100, "completion_tokens": 50, "limits": Limits()} | more
    return Answer("{}", "m", duration_ms=12, **given)


def after(result, state=Endpoint(), *, sent=SENT, at=1001.0):  # noqa: B008  # frozen
    return learned(state, result, sent, at, concurrency=10)


def test_an_answer_mends_breaker_and_credit_and_teaches_pace_and_latency():
    ill = Endpoint(breaker=Breaker(failures=4), credit=Credit(refusals=2), crowding=Crowding(share=0.5))
    state = after(answer(limits=Limits(requests=60)), ill)
    assert (state.breaker, state.credit) == (Breaker(), Credit())
    assert (state.latency.answers, state.latency.mean_s, state.latency.size) == (1, 1.0, 120.0)
    assert state.pace.requests.rate == pytest.approx(0.995)
    assert state.crowding.share == pytest.approx(0.52)  # a tenth of a window of five


def test_the_true_count_of_tokens_takes_the_place_of_the_guess():
    known = Endpoint(pace=Pace(tokens=Bucket(rate=10.0, next_at=2000.0)))
    at_once = SENT._replace(waited=False)
    assert after(answer(), known, sent=at_once).pace.tokens.next_at == 2003.0  # 150 used, 120 booked
    silent = answer(prompt_tokens=None, completion_tokens=None)
    assert after(silent, known, sent=at_once).pace.tokens.next_at == 2000.0


def test_a_429_moves_the_pace_alone():
    before = Endpoint(latency=Latency(answers=20), breaker=Breaker(failures=3))
    state = after(RateLimited("x", wait_s=7.0), before)
    assert state.pace.blocked_until == 1008.0
    assert (state.latency, state.crowding, state.credit) == (before.latency, Crowding(), Credit())
    assert state.breaker == Breaker(), "whoever counts requests is alive"


def test_a_refusal_for_want_of_credit_is_no_illness():
    state = after(QuotaExhausted("x"), Endpoint(breaker=Breaker(failures=3)))
    assert (state.breaker, state.credit.refusals, state.credit.rest_until) == (Breaker(), 1, 1011.0)


def test_an_answer_that_left_before_the_refusal_does_not_make_the_credit_good():
    bad = Endpoint(credit=Credit(1, 1005.0, 1015.0))
    early, late = Sent(1004.0, 120, waited=False), Sent(1016.0, 120, waited=False)
    assert after(answer(), bad, sent=early, at=1006.0).credit == bad.credit
    assert after(answer(), bad, sent=late, at=1017.0).credit == Credit()


def test_who_finds_out_and_meets_an_ill_provider_leaves_it_to_the_next():
    finding = Endpoint(credit=Credit(2, 1000.0, 1090.0))
    late = Sent(1025.0, 120, waited=False)
    assert after(Transient("x", status=500), finding, sent=late, at=1026.0).credit == Credit(
        2, 1000.0, 1026.0
    )
    early = Sent(999.0, 120, waited=False)
    assert after(Transient("x", status=500), finding, sent=early, at=1026.0).credit == finding.credit


@pytest.mark.parametrize("error", [Permanent, Refused, InvalidOutput, Truncated, FormatRefused])
def test_what_concerns_one_order_changes_nothing_but_that_the_provider_lives(error):
    assert after(error("x"), Endpoint(breaker=Breaker(failures=4))) == Endpoint()


def test_five_failures_open_the_breaker():
    state = Endpoint()
    for _ in range(5):
        state = after(Transient("x", status=500), state)
    assert state.breaker.open_until == 1001.5
    assert state.crowding == Crowding(), "500 says nothing about load"


def test_a_timeout_counts_as_failure_lengthens_the_bound_and_is_overload():
    state = after(TimedOut("x"))
    assert (state.breaker.failures, state.latency.doublings, state.crowding.strain) == (
        1,
        1,
        pytest.approx(0.1),
    )


def test_an_outage_is_no_crowd():
    state = Endpoint()
    for _ in range(4):
        state = after(Transient("x", status=503), state)
    assert state.crowding.share == 0.7
    for at in range(1001, 1100):
        late = Sent(float(at), 120, waited=True)
        state = after(Transient("x", status=503), state, sent=late, at=float(at))
    assert state.breaker.rests > 0
    assert state.crowding.share == 0.7
