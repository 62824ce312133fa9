"""The breaker opens on illness alone, and lets one probe through at a time."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.ai.lane.breaker import (
    FIRST_REST_S,
    LONGEST_ASKED_S,
    LONGEST_REST_S,
    PROBE_WAIT_S,
    Breaker,
    admit,
    answered,
    counts,
    failed,
    is_open,
    rest_s,
)
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


def opened(at=1000.0, asked_s=None):
    breaker = Breaker()
    for _ in range(5):
        breaker = failed(breaker, at, sent_at=at, asked_s=asked_s)
    return breaker


@pytest.mark.parametrize("error", [Transient, TimedOut])
def test_illness_counts(error):
    assert counts(error("x"))


@pytest.mark.parametrize(
    "error", [RateLimited, QuotaExhausted, Truncated, InvalidOutput, Refused, Permanent, FormatRefused]
)
def test_what_a_living_provider_says_does_not_count(error):
    assert not counts(error("x"))


def test_four_failures_leave_it_closed_and_five_in_a_row_open_it():
    breaker = Breaker()
    for _ in range(4):
        breaker = failed(breaker, 1000.0, sent_at=1000.0)
    assert not is_open(breaker)
    assert not is_open(failed(answered(breaker), 1000.0, sent_at=1000.0))
    assert is_open(failed(breaker, 1000.0, sent_at=1000.0))


def test_an_open_breaker_says_how_long_to_stay_away():
    assert admit(opened(), 1000.2, 60.0) == (opened(), pytest.approx(FIRST_REST_S - 0.2))


def test_a_closed_one_lets_everybody_through_and_remembers_nobody():
    assert admit(Breaker(failures=4), 1000.0, 60.0) == (Breaker(failures=4), 0.0)


def test_one_probe_goes_through_and_the_next_only_when_its_lease_has_ended():
    breaker, wait_s = admit(opened(), 1010.0, 60.0)
    assert wait_s == 0
    assert admit(breaker, 1011.0, 60.0)[1] == rest_s(breaker, 1011.0) == PROBE_WAIT_S
    assert admit(breaker, 1069.9, 60.0)[1] == pytest.approx(0.1)
    assert admit(breaker, 1070.0, 60.0)[1] == 0


def rests(count, asked_s=None):
    breaker, at, found = opened(), 1000.0, [0.5]
    for _ in range(count):
        at = breaker.open_until
        breaker, _ = admit(breaker, at, 60.0)
        breaker = failed(breaker, at, sent_at=at, asked_s=asked_s)
        found.append(breaker.open_until - at)
    return found


def test_each_failed_probe_lengthens_the_rest_by_a_quarter_up_to_half_a_minute():
    found = rests(30)
    assert found[:4] == pytest.approx([0.5, 0.625, 0.78125, 0.9765625])
    assert found[18] == pytest.approx(27.7556, abs=1e-4)  # 0.5 * 1.25**18
    assert found[19:] == [pytest.approx(30.0)] * 12
    assert max(found) == pytest.approx(LONGEST_REST_S)


def test_an_outage_is_noticed_as_over_within_about_a_quarter_of_its_length():
    moments = [sum(rests(30)[: count + 1]) for count in range(30)]
    for before, after in pairwise(moments[3:]):
        if after < 120:
            assert after - before <= 0.25 * before + 0.5


@pytest.mark.parametrize(
    ("asked_s", "rest"), [(None, 0.5), (0.1, 0.5), (20.0, 20.0), (3600.0, LONGEST_ASKED_S)]
)
def test_a_wait_that_the_provider_asks_for_is_kept_to_within_reason(asked_s, rest):
    assert opened(asked_s=asked_s).open_until == 1000.0 + rest


def test_failures_of_requests_that_left_before_it_opened_tell_nothing_new():
    assert failed(opened(), 1001.0, sent_at=999.0) == opened()


def test_any_answer_closes_it():
    assert answered(opened()) == Breaker()
    closed = Breaker()
    assert answered(closed) is closed


@given(st.lists(st.tuples(st.sampled_from(["ask", "fail", "answer"]), st.floats(0, 40)), max_size=60))
def test_there_is_never_more_than_one_probe_and_never_no_way_back(events):
    breaker, at, lease_s, probes = Breaker(), 1000.0, 65.0, []
    for what, gap in events:
        at += gap
        if what == "answer":
            breaker, probes = answered(breaker), []
        elif what == "fail":
            breaker, probes = failed(breaker, at, sent_at=at), []
        else:
            was_open = is_open(breaker)
            breaker, wait_s = admit(breaker, at, lease_s)
            if wait_s == 0 and was_open:
                assert all(at >= other + lease_s for other in probes), "two probes at once"
                probes.append(at)
            assert was_open or wait_s == 0
        assert rest_s(breaker, at) <= LONGEST_REST_S
    assert admit(breaker, at + LONGEST_REST_S + lease_s, lease_s)[1] == 0
