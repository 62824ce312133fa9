"""What a run and a day may spend: reserved before the call, settled after it, by all processes together."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest

from fakturo.ai.lane import gate
from fakturo.errors import InvalidOutput, OverBudget, QuotaExhausted, RateLimited, TimedOut, Transient
from fakturo.ledger.ai import ai_spending
from fakturo.ledger.ai.ai_calls import figures
from fakturo.ledger.open import connect
from fakturo.ledger.tables import ai_calls
from fakturo.setting_groups.ai import Provider
from tests.ai.scripted import Scripted, asking, said
from tests.ai.wishes import rows

PRICED = {"price_in": Decimal("2.50"), "price_out": Decimal(10)}
"""1,000 tokens in and 500 out are 0.0025 + 0.005 = 0.0075, or 7,500 millionths."""
DAY, RUN = "day:2026-03-02", "run:run-1"


def one():
    return Scripted("one", said(), provider=Provider(base_url="http://one.test", **PRICED))


@pytest.fixture
def desk_with(desk_of):
    """A desk with these caps; others of the same run or another share the ledger."""
    return lambda engine, **more: desk_of(engine, one(), **PRICED | more)


@pytest.fixture
def desk(sqlite_engine, desk_with):
    return desk_with(sqlite_engine)


def enter(desk):
    return asyncio.run(gate.enter(desk, asking(desk.clients[0])))


def leave(desk, given, result, outcome="ok"):
    asyncio.run(gate.leave(desk, asking(desk.clients[0]), given, result, outcome=outcome, answer=None))


def cost_of_rows(engine):
    return [row.cost_micros for row in rows(engine, ai_calls.c.id, ai_calls.c.cost_micros)]


def test_the_estimate_is_spent_before_the_call_and_the_true_cost_after_it(engine, desk_with):
    desk = desk_with(engine)
    given = enter(desk)
    assert ai_spending.spent(engine, DAY) == ai_spending.spent(engine, RUN) == (1500, 7500)
    assert cost_of_rows(engine) == [7500]
    leave(desk, given, said("{}", 2000, 100))  # 0.005 + 0.001
    assert ai_spending.spent(engine, DAY) == ai_spending.spent(engine, RUN) == (2100, 6000)
    assert cost_of_rows(engine) == [6000]
    assert figures(engine, "run-1").cost_micros == 6000


@pytest.mark.parametrize(
    ("result", "outcome", "spent"),
    [
        (RateLimited("x", status=429, wait_s=0.0), "rate_limit", (0, 0)),
        (QuotaExhausted("x", status=429), "quota_exhausted", (0, 0)),
        (Transient("x", status=500), "transient", (0, 0)),
        (TimedOut("x"), "timeout", (1500, 7500)),
        (InvalidOutput("x", status=200), "invalid_output", (1500, 7500)),
        (said("{}", None, None), "ok", (1500, 7500)),
        (said("{", 1000, 10), "invalid_output", (1010, 2600)),
    ],
    ids=["429", "no credit", "500", "timeout", "200 without an answer", "no usage", "wrong shape"],
)
def test_what_the_provider_may_have_billed_stays_spent(desk, result, outcome, spent):
    leave(desk, enter(desk), result, outcome)
    assert ai_spending.spent(desk.engine, DAY) == ai_spending.spent(desk.engine, RUN) == spent
    assert cost_of_rows(desk.engine) == [spent[1]]


def test_without_prices_tokens_are_counted_and_costs_unknown(sqlite_engine, desk_of):
    desk = desk_of(sqlite_engine, Scripted("one", said()))
    leave(desk, enter(desk), said())
    assert ai_spending.spent(sqlite_engine, RUN) == (150, 0)
    assert cost_of_rows(sqlite_engine) == [None]
    assert figures(sqlite_engine, "run-1").cost_micros is None


def test_the_cost_cap_of_a_run_is_never_passed(sqlite_engine, desk_with):
    desk = desk_with(sqlite_engine, max_cost_per_run=Decimal("0.0225"))
    for _ in range(3):
        enter(desk)
    with pytest.raises(OverBudget) as stopped:
        enter(desk)
    assert str(stopped.value) == (
        "0.0225 is spent, and FAKTURO_AI_MAX_COST_PER_RUN is 0.0225; the rest stays queued."
    )
    assert len(cost_of_rows(sqlite_engine)) == 3, "what is not allowed leaves no trace of a call"
    enter(desk_with(sqlite_engine, run_id="run-2", max_cost_per_run=Decimal("0.0225")))


def test_the_token_cap_of_a_run_is_never_passed(sqlite_engine, desk_with):
    desk = desk_with(sqlite_engine, max_tokens_per_run=3500)
    leave(desk, enter(desk), said("{}", 1000, 900))
    enter(desk)
    with pytest.raises(OverBudget, match=r"used 3400 tokens, and FAKTURO_AI_MAX_TOKENS_PER_RUN is 3500"):
        enter(desk)
    enter(desk_with(sqlite_engine, run_id="run-2", max_tokens_per_run=3500))


def test_the_cap_of_a_day_holds_over_runs_and_the_next_utc_day_is_free(engine, desk_with, clock):
    clock.at = clock.at.replace(hour=23, minute=59, second=59)
    capped = {"max_cost_per_day": Decimal("0.015")}
    first, second = (desk_with(engine, run_id=name, **capped) for name in ("run-1", "run-2"))
    enter(first)
    last = enter(second)
    for desk in (first, second):
        with pytest.raises(OverBudget, match=r"MAX_COST_PER_DAY is 0\.015"):
            enter(desk)
    clock.pass_by(1)
    leave(second, last, said("{}", 1000, 0))  # ends after midnight, and belongs to the day it left on
    assert ai_spending.spent(engine, DAY) == (2500, 10_000)
    enter(first)
    enter(second)
    assert ai_spending.spent(engine, "day:2026-03-03") == (3000, 15_000)


def test_two_processes_cannot_pass_a_cap_together(engine, desk_with):
    capped = {"max_cost_per_day": Decimal("0.075"), "rpm": 1_000_000}  # ten calls
    other = connect(engine.url.render_as_string(hide_password=False))
    desks = [desk_with(at, run_id=f"run-{number}", **capped) for number, at in enumerate((engine, other))]

    def spend(desk):
        let_through = 0
        for _ in range(10):
            try:
                enter(desk)
                let_through += 1
            except OverBudget:
                break
        return let_through

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(spend, desks)) == 10
    assert ai_spending.spent(engine, DAY) == (15_000, 75_000)
    other.dispose()


def test_old_sums_are_forgotten_and_the_calls_stay(desk, clock):
    enter(desk)
    assert ai_spending.forget(desk.engine, clock.now() - timedelta(minutes=1)) == 0
    assert ai_spending.forget(desk.engine, clock.now() + timedelta(minutes=1)) == 2
    assert cost_of_rows(desk.engine) == [7500]
