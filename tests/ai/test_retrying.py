"""Which failures are tried again, and how long an order waits."""

from datetime import UTC, datetime, timedelta

import pytest

from fakturo.ai.retrying import ATTEMPTS, is_hopeless, may_help, park_until, stops_all, waits
from fakturo.errors import (
    BreakerOpen,
    InvalidOutput,
    LedgerBusy,
    OverBudget,
    Permanent,
    QuotaExhausted,
    RateLimited,
    Refused,
    TimedOut,
    Transient,
    Truncated,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_waits_double_up_to_a_cap():
    assert waits(8) == [1, 2, 4, 8, 16, 30, 30]
    assert len(waits(ATTEMPTS)) == ATTEMPTS - 1


@pytest.mark.parametrize("error", [Transient, TimedOut, Truncated, InvalidOutput])
def test_another_attempt_may_help(error):
    assert may_help(error("x"))


@pytest.mark.parametrize(
    "error", [RateLimited, QuotaExhausted, Refused, Permanent, BreakerOpen, OverBudget, LedgerBusy]
)
def test_another_attempt_at_once_is_no_use(error):
    assert not may_help(error("x"))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (QuotaExhausted("x"), True),
        (OverBudget("x"), True),
        (Permanent("no such model", status=404), True),
        (Permanent("bad text", status=400), False),
        (Transient("x"), False),
    ],
)
def test_some_failures_stop_the_whole_run(error, expected):
    assert stops_all(error) is expected


def test_only_what_can_never_succeed_is_hopeless():
    assert is_hopeless(Permanent("x", status=400))
    assert not is_hopeless(BreakerOpen("x"))
    assert not is_hopeless(Transient("x"))


def test_parks_grow_up_to_a_quarter_of_an_hour():
    assert [
        (park_until(parks, NOW, Transient("x")) - NOW).total_seconds() for parks in (0, 1, 2, 5, 6, 50)
    ] == [
        15,
        30,
        60,
        480,
        900,
        900,
    ]


def test_a_named_wait_is_kept_to():
    assert park_until(9, NOW, BreakerOpen("x", wait_s=3.0)) == NOW + timedelta(seconds=3)
    assert park_until(0, NOW, Transient("x", wait_s=100.0)) == NOW + timedelta(seconds=100)
