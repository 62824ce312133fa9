"""Prefect's question whether to try again. It takes an exception in here for a "no", so none may come."""

import asyncio

import pytest
from prefect.states import Completed, Failed, Pending

from fakturo.ai.lane.budget import RetryBudget
from fakturo.ai.lane.desk import Desk
from fakturo.errors import (
    BreakerOpen,
    InvalidOutput,
    OverBudget,
    Permanent,
    QuotaExhausted,
    RateLimited,
    Refused,
    TimedOut,
    Transient,
    Truncated,
)
from flows import issue_invoices as room
from tests.ai.scripted import Clock

NEVER = (RateLimited, BreakerOpen, QuotaExhausted, OverBudget, Permanent, Refused)


@pytest.fixture
def desk(sqlite_engine, settings):
    """The desk of the run whose tasks ask."""
    clock = Clock()
    desk = Desk(sqlite_engine, settings, (), "w", None, clock.now, clock.sleep, RetryBudget(0.3))
    token = room._DESK.set(desk)
    yield desk
    room._DESK.reset(token)


def asked(data):
    return room._may_help(room.draft, None, Failed(data=data))


@pytest.mark.parametrize("error", [Transient, TimedOut, Truncated, InvalidOutput])
def test_what_passes_by_chance_is_tried_again_and_costs_budget(desk, error):
    assert asked(error("x")) is True
    assert desk.retries.saved == 9


@pytest.mark.parametrize("error", NEVER)
def test_what_no_retry_helps_is_not_and_costs_nothing(desk, error):
    assert asked(error("x")) is False
    assert desk.retries.saved == 10


def test_a_wait_too_long_for_a_task_is_not_waited_for(desk):
    assert asked(Transient("x", wait_s=31.0)) is False


def test_without_budget_there_is_no_retry(desk):
    desk.retries.saved = 0.5
    assert asked(Transient("x")) is False


@pytest.mark.parametrize(
    "data",
    [
        None,
        "text",
        7,
        ZeroDivisionError(),
        KeyboardInterrupt(),
        asyncio.CancelledError(),
        ExceptionGroup("x", [ValueError()]),
    ],
    ids=repr,
)
def test_whatever_else_it_is_shown_it_says_no_and_never_raises(desk, data):
    assert asked(data) is False


@pytest.mark.parametrize("state", [Completed(), Pending(), Failed()], ids=["completed", "pending", "failed"])
def test_a_state_without_a_failure_is_a_no(desk, state):
    assert room._may_help(None, None, state) is False


def test_the_task_asks_it_and_waits_as_the_domain_says():
    assert room.draft.retry_condition_fn is room._may_help
    assert room.draft.retries == 4
    assert list(room.draft.retry_delay_seconds) == [0.25, 0.5, 1, 2]
    assert room.draft.retry_jitter_factor == 0.5
