"""The shared pace: never above the limit, and never still below it for long. Time is a number here."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.ai.limits import Limits
from fakturo.ai.pacing import (
    BURST_S,
    SHARE,
    SLOWEST_RATE_PER_S,
    Pace,
    configured,
    limited,
    reserve,
    succeeded,
)

NOTHING = Limits()


def book(pace, at, count, tokens=0):
    moments = []
    for _ in range(count):
        pace, moment = reserve(pace, at, tokens)
        moments.append(moment)
    return pace, moments


def test_requests_are_spread_at_the_configured_rate():
    pace = configured(Pace(), rpm=60, tpm=None)
    _, moments = book(pace, 1000.0, 4)
    assert moments[0] == 1000.0
    assert moments[3] - moments[2] == pytest.approx(1 / SHARE)


def test_tokens_are_spread_too():
    pace = configured(Pace(), rpm=None, tpm=6000)
    _, moments = book(pace, 1000.0, 3, tokens=980)
    assert moments == pytest.approx([1000.0, 1000.0 + 10 - BURST_S, 1000.0 + 20 - BURST_S])


def test_the_lower_of_setting_and_header_holds():
    pace = configured(Pace(), rpm=600, tpm=None)
    pace = succeeded(pace, 1000.0, Limits(requests=300))
    assert pace.ceiling == pytest.approx(5 * SHARE)
    assert pace.rate == pace.ceiling
    assert configured(pace, rpm=6000, tpm=None).ceiling == pace.ceiling


def test_everyone_waits_after_a_429():
    pace, _ = book(Pace(), 1000.0, 3)
    pace = limited(pace, 1001.0, 30.0, sent_at=1000.0)
    _, moments = book(pace, 1001.0, 2)
    assert moments[0] >= 1031.0
    assert moments[1] > moments[0]


def test_a_wave_of_429s_lowers_the_rate_once():
    pace = limited(Pace(), 1000.0, 1.0, sent_at=999.0)
    again = limited(pace, 1000.1, 1.0, sent_at=999.5)
    assert again.rate == pace.rate == Pace().rate * 0.8
    assert limited(again, 1003.0, None, sent_at=1002.0).rate < pace.rate


def test_the_rate_grows_until_the_first_429_and_then_slowly():
    pace = Pace()
    for _ in range(20):
        pace = succeeded(pace, 1000.0, NOTHING)
    assert pace.rate == pytest.approx(10 * 1.05**20)
    pace = limited(pace, 1000.0, 1.0, sent_at=999.0)
    assert succeeded(pace, 1002.0, NOTHING).rate == pytest.approx(pace.rate + 0.01 * 10 * 1.05**20)


def test_an_empty_bucket_in_the_headers_is_waited_for():
    pace = succeeded(Pace(), 1000.0, Limits(requests_left=0, requests_reset_s=2.0))
    assert book(pace, 1000.0, 1)[1] == [1002.0]


def test_tokens_that_were_booked_too_many_are_given_back():
    pace = configured(Pace(), rpm=None, tpm=6000)
    pace, _ = book(pace, 1000.0, 1, tokens=980)
    back = succeeded(pace, 1000.0, NOTHING, tokens_over=-490)
    assert back.next_tokens_at == pytest.approx(pace.next_tokens_at - 5)


def test_no_number_of_429s_stops_it_for_good():
    pace = Pace()
    for at in range(0, 100_000, 1000):
        pace = limited(pace, float(at), 0.0, sent_at=float(at))
    assert pace.rate == SLOWEST_RATE_PER_S


@given(
    rpm=st.integers(1, 10_000),
    gaps=st.lists(st.floats(0, 5, allow_nan=False), min_size=1, max_size=60),
)
def test_no_window_ever_holds_more_than_the_limit_allows(rpm, gaps):
    pace, at, moments = configured(Pace(), rpm=rpm, tpm=None), 1000.0, []
    for gap in gaps:
        at += gap
        pace, moment = reserve(pace, at, 0)
        assert moment >= at
        moments.append(moment)
    moments.sort()
    for index, moment in enumerate(moments):
        within = sum(1 for other in moments[index:] if other - moment < 60)
        assert within <= rpm / 60 * SHARE * (60 + BURST_S) + 1


def test_a_state_is_never_changed_in_place():
    pace = Pace()
    reserve(pace, 1.0, 1)
    assert pace == replace(pace) == Pace()
