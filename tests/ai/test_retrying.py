"""Which failures are tried again, and how long an order waits."""

from datetime import UTC, datetime, timedelta

import pytest

from fakturo.ai.lane.budget import RetryBudget
from fakturo.ai.retrying import (
    ATTEMPTS,
    blames_order,
    falls_through,
    is_hopeless,
    is_temporary,
    may_help,
    park_until,
    stops_all,
    waits,
)
from fakturo.errors import (
    BreakerOpen,
    FormatRefused,
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
EVERY = (
    Transient("x"),
    TimedOut("x"),
    Truncated("x"),
    InvalidOutput("x"),
    RateLimited("x"),
    BreakerOpen("x"),
    QuotaExhausted("x"),
    OverBudget("x"),
    Permanent("no such model", status=404),
    Permanent("bad text", status=400),
    FormatRefused("x", status=400),
    Refused("x"),
)
HOPES = tuple(f"{type(error).__name__} {error.status or ''}".strip() for error in EVERY)


def which(question):
    """Names of the failures for which the answer is yes."""
    return {name for name, error in zip(HOPES, EVERY, strict=True) if question(error)}


def test_waits_double_from_a_quarter_of_a_second_up_to_a_cap():
    assert waits(ATTEMPTS) == [0.25, 0.5, 1, 2]
    assert waits(10) == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30]


def test_another_attempt_may_help_against_what_passes_by_chance():
    assert which(lambda error: may_help(error, RetryBudget(0.3))) == {
        "Transient",
        "TimedOut",
        "Truncated",
        "InvalidOutput",
    }


@pytest.mark.parametrize("error", [LedgerBusy("x"), ZeroDivisionError(), KeyboardInterrupt()])
def test_what_is_no_failure_of_the_ai_is_not_retried(error):
    assert not may_help(error, RetryBudget(0.3))


@pytest.mark.parametrize(("wait_s", "expected"), [(None, True), (30.0, True), (30.1, False)])
def test_a_long_wait_is_not_waited_for_with_an_order_in_hand(wait_s, expected):
    assert may_help(Transient("x", wait_s=wait_s), RetryBudget(0.3)) is expected


def test_without_budget_nothing_is_retried_and_what_cannot_help_costs_none():
    budget = RetryBudget(0.3, saved=1.0)
    assert not may_help(Permanent("x"), budget)
    assert not may_help(Transient("x", wait_s=99.0), budget)
    assert may_help(Transient("x"), budget)
    assert not may_help(Transient("x"), budget)


def test_some_failures_stop_the_whole_run():
    assert which(stops_all) == {"QuotaExhausted", "OverBudget", "Permanent 404"}


def test_another_provider_may_do_what_this_one_cannot():
    assert which(falls_through) == {
        "Refused",
        "Permanent 404",
        "Permanent 400",
        "FormatRefused 400",
        "QuotaExhausted",
        "BreakerOpen",
        "RateLimited",
    }


def test_rests_and_limits_pass_by_themselves():
    assert which(is_temporary) == {"BreakerOpen", "RateLimited"}


def test_an_order_is_not_blamed_for_what_happens_to_all():
    assert set(HOPES) - which(blames_order) == {"BreakerOpen", "RateLimited", "QuotaExhausted", "OverBudget"}


def test_only_what_can_never_succeed_is_hopeless():
    assert which(is_hopeless) == {"Permanent 404", "Permanent 400", "FormatRefused 400", "Refused"}


def parked_s(parks, error):
    return (park_until(parks, NOW, error) - NOW).total_seconds()


def test_parks_double_from_two_seconds_to_a_quarter_of_an_hour():
    assert [parked_s(parks, Transient("x")) for parks in (*range(10), 50, 10_000)] == [
        *(2, 4, 8, 16, 32, 64, 128, 256, 512),
        *(900, 900, 900),
    ]


@pytest.mark.parametrize(
    ("error", "parks", "seconds"),
    [
        (BreakerOpen("x", wait_s=3.0), 9, 3),
        (RateLimited("x", wait_s=500.0), 0, 500),
        (RateLimited("x", wait_s=86_400.0), 0, 900),
        (Transient("x", wait_s=100.0), 0, 100),
        (Transient("x", wait_s=1.0), 3, 16),
        (BreakerOpen("x"), 1, 4),
    ],
    ids=["resting", "limited", "limited for a day", "asked for", "asked for less", "nothing said"],
)
def test_a_named_wait_is_kept_to(error, parks, seconds):
    assert park_until(parks, NOW, error) == NOW + timedelta(seconds=seconds)
