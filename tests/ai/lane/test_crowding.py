"""Requests at once: fewer while the provider is overloaded, as many as set when it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.ai.lane.crowding import SMALLEST, Crowding, allowed, is_overload, overloaded, succeeded
from fakturo.errors import InvalidOutput, QuotaExhausted, RateLimited, Refused, TimedOut, Transient


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Transient("x", status=503), True),
        (Transient("x", status=529), True),
        (TimedOut("x"), True),
        (Transient("x", status=500), False),
        (Transient("x", status=502), False),
        (Transient("connection reset"), False),
        (RateLimited("x", status=429), False),
        (QuotaExhausted("x", status=429), False),
        (InvalidOutput("x", status=200), False),
        (Refused("x", status=400), False),
    ],
    ids=str,
)
def test_only_overload_is_a_matter_of_crowding(error, expected):
    assert is_overload(error) is expected


def test_two_overloads_are_chance_and_the_third_in_a_row_cuts():
    crowding, shares = Crowding(), []
    for number in range(4):  # strain 0.1, 0.19, 0.271, and after the cut 0.1 again
        crowding = overloaded(crowding, 1000.0 + number, sent_at=1000.0 + number)
        shares.append((crowding.share, pytest.approx(crowding.strain)))
    assert shares == [(1.0, 0.1), (1.0, 0.19), (0.7, 0.0), (0.7, 0.1)]


def test_one_overload_in_ten_cuts_nothing():
    crowding, at = Crowding(), 1000.0
    for _ in range(100):
        at += 1
        crowding = overloaded(crowding, at, sent_at=at)
        for _ in range(9):
            crowding = succeeded(crowding, 10)
    assert crowding.share == 1.0


def test_a_wave_cuts_once():
    crowding = Crowding(strain=0.5)
    crowding = overloaded(crowding, 1010.0, sent_at=1000.0)
    for _ in range(20):
        crowding = overloaded(crowding, 1011.0, sent_at=1009.0)  # left before the cut
    assert crowding.share == 0.7
    assert overloaded(crowding, 1020.0, sent_at=1012.0).share == pytest.approx(0.49)


def test_a_window_of_successes_is_one_request_more():
    crowding = Crowding(share=0.7)
    assert allowed(crowding, 10) == 7
    for _ in range(8):
        crowding = succeeded(crowding, 10)
    assert allowed(crowding, 10) == 8


def test_it_comes_back_from_the_smallest():
    crowding, window = Crowding(share=SMALLEST), 0
    while crowding.share < 1:
        crowding, window = succeeded(crowding, 10), window + 1
    assert window < 100


@given(st.lists(st.booleans(), max_size=200), st.integers(1, 256))
def test_there_is_always_one_and_never_more_than_set(events, concurrency):
    crowding, at = Crowding(), 1000.0
    for is_ok in events:
        at += 1
        crowding = succeeded(crowding, concurrency) if is_ok else overloaded(crowding, at, sent_at=at)
        assert 1 <= allowed(crowding, concurrency) <= concurrency
        assert SMALLEST <= crowding.share <= 1
