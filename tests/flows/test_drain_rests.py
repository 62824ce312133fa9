"""When a drain waits and when it ends: resting providers, parked orders, reasons to stop."""

import asyncio
from datetime import timedelta

import pytest

from fakturo import drain as drain_room
from fakturo.ai.lane.credit import Credit
from fakturo.ai.lane.crowding import Crowding
from fakturo.errors import OverBudget, QuotaExhausted, Transient
from fakturo.ledger.orders.queue import Claimed
from tests.ai.scripted import Scripted
from tests.flows.draining import (
    KNOWN,
    NOW,
    Drafter,
    Ticking,
    claims,
    drain,
    land,
    remember,
    resting,
    states,
)


def test_drafting_rests_until_the_moment_it_was_told(sqlite_engine, settings, order):
    land(sqlite_engine, order, 1, lane="model")
    work = drain(sqlite_engine, settings, clock=lambda: NOW)
    asyncio.run(work.run(draft_from=NOW + timedelta(minutes=15)))
    assert states(sqlite_engine) == {"queued": 1}


def test_nothing_is_claimed_while_the_provider_rests(sqlite_engine, settings, order):
    one, drafter = Scripted("one"), Drafter(sqlite_engine, order)
    remember(sqlite_engine, one, breaker=resting(2.0))
    land(sqlite_engine, order, 1, lane="model")
    clock = Ticking()
    work = drain(sqlite_engine, settings, clients=[one], clock=clock, draft=drafter)
    asyncio.run(work.run())
    assert drafter.seen == []
    assert clock.now < NOW + timedelta(seconds=2), "a drain without patience ends"
    assert claims(sqlite_engine) == {0}
    again = drain(sqlite_engine, settings, clients=[one], clock=clock, draft=drafter)
    asyncio.run(again.run(patience=timedelta(seconds=10)))
    assert states(sqlite_engine) == {"issued": 1}
    assert clock.now > NOW + timedelta(seconds=2)


@pytest.mark.parametrize(
    "bad",
    [{"breaker": resting(3600.0)}, {"credit": Credit(1, NOW.timestamp(), NOW.timestamp() + 3600)}],
    ids=["ill", "without credit"],
)
def test_one_of_two_providers_that_rests_does_not_stop_the_other(sqlite_engine, settings, order, bad):
    one, two = Scripted("one"), Scripted("two")
    remember(sqlite_engine, one, latency=KNOWN, **bad)
    remember(sqlite_engine, two, latency=KNOWN)
    land(sqlite_engine, order, 8, lane="model")
    drafter = Drafter(sqlite_engine, order, turns=20)
    asyncio.run(drain(sqlite_engine, settings, clients=[one, two], draft=drafter).run())
    assert states(sqlite_engine) == {"issued": 8}
    assert drafter.most == 8


@pytest.mark.parametrize(
    ("state", "most"),
    [
        ({}, 1),
        ({"latency": KNOWN, "breaker": resting(-1.0)}, 1),
        ({"latency": KNOWN, "credit": Credit(1, 0.0, NOW.timestamp() - 1)}, 1),
        ({"latency": KNOWN, "crowding": Crowding(share=0.3)}, 3),
        ({"latency": KNOWN}, 6),
    ],
    ids=["never asked", "half open", "credit to be found out", "overloaded", "sound"],
)
def test_as_many_drafts_at_once_as_the_provider_can_be_trusted_with(
    sqlite_engine, settings, order, state, most
):
    one = Scripted("one")
    remember(sqlite_engine, one, **state)
    land(sqlite_engine, order, 6, lane="model")
    drafter = Drafter(sqlite_engine, order, turns=50)
    asyncio.run(drain(sqlite_engine, settings, clients=[one], draft=drafter).run())
    assert len(drafter.seen) == 6
    assert drafter.most == most


def test_drafts_start_no_faster_than_told(sqlite_engine, settings, order):
    """One every two seconds; not held back, they would start within two seconds, two at once."""
    land(sqlite_engine, order, 8, lane="model")
    few = settings.model_copy(update={"ai": settings.ai.model_copy(update={"concurrency": 2})})
    clock, started = Ticking(), []
    drafter = Drafter(sqlite_engine, order)

    async def noted(claimed: Claimed) -> str:
        started.append(clock.now)
        return await drafter(claimed)

    asyncio.run(drain(sqlite_engine, few, clock=clock, draft=noted, drafts_per_s=0.5).run())
    assert len(started) == 8
    assert (started[-1] - started[0]).total_seconds() >= 2 * (8 - 2) - 1


@pytest.mark.parametrize(("patience_s", "issued"), [(0, 0), (2, 0), (4, 1)])
def test_a_parked_order_is_waited_for_as_long_as_patience_lasts(
    sqlite_engine, settings, order, patience_s, issued
):
    land(sqlite_engine, order, 1, not_before=NOW + timedelta(seconds=3.5))
    work = drain(sqlite_engine, settings)
    asyncio.run(work.run(patience=timedelta(seconds=patience_s)))
    assert work.issued.issued == issued


@pytest.mark.parametrize("ticks", range(1, 13))
def test_a_moment_that_comes_between_look_and_pause_is_not_slept_through(
    sqlite_engine, settings, order, ticks
):
    """The provider's rest ends, and a parked order is due, after so many looks at the clock."""
    one, moment_s = Scripted("one"), 0.05 * ticks - 0.01
    remember(sqlite_engine, one, breaker=resting(moment_s), latency=KNOWN)
    land(sqlite_engine, order, 1, lane="model")
    land(sqlite_engine, order, 1, not_before=NOW + timedelta(seconds=moment_s))
    drafter = Drafter(sqlite_engine, order)
    work = drain(sqlite_engine, settings, clients=[one], draft=drafter)

    async def in_time() -> None:
        async with asyncio.timeout(10):
            await work.run(patience=timedelta(seconds=60))

    asyncio.run(in_time())
    assert states(sqlite_engine) == {"issued": 2}


def test_the_first_reason_to_stop_is_kept(sqlite_engine, settings, order):
    reasons = iter(
        [QuotaExhausted("The credit is used up."), OverBudget("The cap is reached."), QuotaExhausted("again")]
    )
    begun: list[int] = []
    all_begun = asyncio.Event()

    async def refuse(claimed: Claimed) -> str:
        begun.append(claimed.id)
        if len(begun) == 3:  # all are under way before the first is refused
            all_begun.set()
        await all_begun.wait()
        raise next(reasons)

    land(sqlite_engine, order, 3, lane="model")
    work = drain(sqlite_engine, settings, draft=refuse)
    asyncio.run(work.run())
    assert str(work.stopped_by) == "The credit is used up."
    assert states(sqlite_engine) == {"queued": 3}
    assert claims(sqlite_engine) == {0}


def test_a_failure_that_concerns_one_order_never_reaches_the_drain_in_silence(sqlite_engine, settings, order):
    async def failing(_claimed: Claimed) -> str:
        raise Transient("x")

    land(sqlite_engine, order, 1, lane="model")
    with pytest.raises(Transient):
        asyncio.run(drain(sqlite_engine, settings, draft=failing).run())


def test_patience_counts_from_the_last_order_that_was_issued(sqlite_engine, settings, order, monkeypatch):
    """Issuing takes a minute; then a parked order is due within the patience."""
    clock = Ticking()
    real = drain_room.issue_chunk

    def slow(*given, **more):
        clock.now += timedelta(seconds=60)
        return real(*given, **more)

    monkeypatch.setattr(drain_room, "issue_chunk", slow)
    land(sqlite_engine, order, 1)
    land(sqlite_engine, order, 1, first=1, not_before=NOW + timedelta(seconds=63))
    work = drain(sqlite_engine, settings, clock=clock)
    asyncio.run(work.run(patience=timedelta(seconds=10)))
    assert work.issued.issued == 2
