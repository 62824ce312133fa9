"""The breaker opens on illness alone, and lets one probe through at a time."""

import pytest

from fakturo.ai.breaker import (
    FIRST_REST_S,
    LONGEST_REST_S,
    PROBE_WAIT_S,
    Breaker,
    admit,
    answered,
    counts,
    failed,
    is_open,
)
from fakturo.errors import (
    InvalidOutput,
    Permanent,
    QuotaExhausted,
    RateLimited,
    Refused,
    TimedOut,
    Transient,
    Truncated,
)


def opened(at=1000.0):
    breaker = Breaker()
    for _ in range(5):
        breaker = failed(breaker, at, sent_at=at)
    return breaker


@pytest.mark.parametrize("error", [Transient, TimedOut])
def test_illness_counts(error):
    assert counts(error("x"))


@pytest.mark.parametrize("error", [RateLimited, QuotaExhausted, Truncated, InvalidOutput, Refused, Permanent])
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
    assert admit(opened(), 1000.5, 60.0) == (opened(), FIRST_REST_S - 0.5)


def test_one_probe_goes_through_and_the_next_only_when_its_lease_has_ended():
    breaker, wait_s = admit(opened(), 1010.0, 60.0)
    assert wait_s == 0
    assert admit(breaker, 1011.0, 60.0)[1] == PROBE_WAIT_S
    assert admit(breaker, 1071.0, 60.0)[1] == 0


def test_a_failed_probe_doubles_the_rest_up_to_a_cap():
    breaker, at = opened(), 1000.0
    rests = []
    for _ in range(8):
        at = breaker.open_until
        breaker, _ = admit(breaker, at, 60.0)
        breaker = failed(breaker, at, sent_at=at)
        rests.append(breaker.open_until - at)
    assert rests == [4, 8, 16, 32, 60, 60, 60, 60]
    assert max(rests) == LONGEST_REST_S


def test_failures_of_requests_that_left_before_it_opened_tell_nothing_new():
    assert failed(opened(), 1001.0, sent_at=999.0) == opened()


def test_any_answer_closes_it():
    assert answered(opened()) == Breaker()
    closed = Breaker()
    assert answered(closed) is closed
