"""How long is waited, by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.delivery.backoff import next_attempt, pause_s, wait_s

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 10), (2, 30), (3, 90), (4, 270), (8, 14400), (25, 14400), (10_000, 14400)]
)
def test_waits_grow_threefold_up_to_four_hours(attempts, seconds):
    assert wait_s(attempts, 1.0) == seconds
    assert wait_s(attempts, 0.0) == seconds / 2


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 0), (4, 0), (5, 30), (6, 60), (8, 240), (9, 300), (10_000, 300)]
)
def test_a_receiver_rests_after_five_failures_and_never_longer_than_five_minutes(failures, seconds):
    assert pause_s(failures) == seconds


@given(st.lists(st.floats(0, 1), min_size=100, max_size=100))
def test_the_last_attempt_is_made_three_days_after_the_first(jitters):
    now, attempts = START, 0
    while True:
        attempts += 1
        after = next_attempt(attempts, first_tried_at=START, now=now, jitter=jitters[attempts])
        if after is None:
            break
        assert after > now
        now = after
    assert now == START + timedelta(days=3)
    assert 24 <= attempts <= 46, "7 steps of 5.5 h at most, then one in 2 to 4 h"


def test_never_sooner_than_the_receiver_asked_for_nor_after_the_last_day():
    def asked(seconds, now=START):
        return next_attempt(1, first_tried_at=START, now=now, jitter=0.0, asked_s=seconds)

    assert asked(600) == START + timedelta(seconds=600)
    assert asked(1) == START + timedelta(seconds=5)
    assert asked(86400 * 9) == START + timedelta(days=3)
    assert asked(600, START + timedelta(days=3)) is None
