"""How long an answer is waited for: figures of RFC 6298, worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.ai.lane.latency import ENOUGH, Latency, answered, bound_s, timed_out

LONGEST_S = 60.0


def after(*seconds, tokens=1000):
    latency = Latency()
    for each in seconds:
        latency = answered(latency, each, tokens)
    return latency


def test_the_first_answer_is_mean_and_twice_the_deviation():
    assert after(2.0) == Latency(1, 2.0, 1.0, 1000.0)


def test_the_next_move_mean_by_an_eighth_and_deviation_by_a_quarter():
    latency = after(2.0, 4.0)  # RTTVAR = 3/4 * 1 + 1/4 * |2 - 4|, SRTT = 7/8 * 2 + 1/8 * 4
    assert (latency.answers, latency.mean_s, latency.deviation_s) == (2, 2.25, 1.25)
    latency = answered(latency, 1.25, 1000)  # 3/4 * 1.25 + 1/4 * 1.0, 7/8 * 2.25 + 1/8 * 1.25
    assert (latency.mean_s, latency.deviation_s) == (2.125, 1.1875)


def test_nothing_is_believed_before_there_are_ten_answers():
    assert bound_s(after(*[1.0] * (ENOUGH - 1)), 1000, LONGEST_S) == LONGEST_S
    # ten of a second each: deviation 1/2 * (3/4)**9 = 0.037542, three times (1 + 4 * 0.037542)
    assert bound_s(after(*[1.0] * ENOUGH), 1000, LONGEST_S) == pytest.approx(3.4505, abs=1e-4)


def test_quick_answers_never_bring_it_below_three_seconds():
    assert bound_s(after(*[0.02] * 50), 1000, LONGEST_S) == 3.0


def test_a_longer_order_may_take_longer_and_a_shorter_one_gets_no_less():
    latency = after(*[1.0] * ENOUGH)
    usual = bound_s(latency, 1000, LONGEST_S)
    assert bound_s(latency, 3000, LONGEST_S) == pytest.approx(3 * usual)
    assert bound_s(latency, 10, LONGEST_S) == usual


def test_it_doubles_with_each_timeout_until_an_answer_comes():
    latency = after(*[0.02] * 50)
    bounds = []
    for _ in range(7):
        bounds.append(bound_s(latency, 1000, LONGEST_S))
        latency = timed_out(latency)
    assert bounds == [3, 6, 12, 24, 48, 60, 60]
    # one answer of 50 s: mean 7/8 * 0.02 + 1/8 * 50, so that it is waited for from now on
    assert bound_s(answered(latency, 50.0, 1000), 1000, LONGEST_S) == LONGEST_S
    assert bound_s(answered(latency, 0.02, 1000), 1000, LONGEST_S) == 3.0


@given(
    st.lists(st.tuples(st.floats(0, 600), st.integers(0, 100_000)) | st.none(), max_size=80),
    st.integers(0, 100_000),
    st.floats(0.1, 600),
)
def test_it_is_never_longer_than_the_setting_and_never_nothing(history, tokens, longest_s):
    latency = Latency()
    for each in history:
        latency = timed_out(latency) if each is None else answered(latency, *each)
    assert 0 < bound_s(latency, tokens, longest_s) <= longest_s
    assert bound_s(latency, tokens, longest_s) >= min(3.0, longest_s)
