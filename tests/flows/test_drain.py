"""How one worker goes through the queue: chunks, drafts, leases, stopping."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from fakturo import worker
from fakturo.errors import QuotaExhausted
from fakturo.ledger.open import reading
from fakturo.ledger.orders import queue
from fakturo.ledger.orders.holders import is_dead, release_dead
from fakturo.ledger.orders.queue import Claimed
from fakturo.ledger.orders.watch import Watch
from fakturo.ledger.tables import audit, invoices, orders, outbox
from tests.flows.draining import (
    NOW,
    Drafter,
    Ticking,
    drain,
    land,
    states,
)


def test_issues_all_that_waits_and_ends(engine, settings, order):
    land(engine, order, 5)
    work = drain(engine, settings)
    asyncio.run(work.run())
    assert work.issued.issued == 5
    assert states(engine) == {"issued": 5}


def test_a_drafted_order_is_issued_in_the_same_run(engine, settings, order):
    land(engine, order, 3, lane="model")
    work = drain(engine, settings, draft=Drafter(engine, order))
    asyncio.run(work.run())
    assert work.drafted == {"proved": 3}
    assert states(engine) == {"issued": 3}


def test_no_more_drafts_at_once_than_the_setting_says(sqlite_engine, settings, order):
    land(sqlite_engine, order, 12, lane="model")
    few = settings.model_copy(update={"ai": settings.ai.model_copy(update={"concurrency": 3})})
    drafter = Drafter(sqlite_engine, order, turns=20)
    asyncio.run(drain(sqlite_engine, few, draft=drafter).run())
    assert len(drafter.seen) == 12
    assert drafter.most <= 3


def test_two_drains_at_once_never_issue_twice(engine, settings, order):
    land(engine, order, 300)
    land(engine, order, 8, lane="model")
    both = [drain(engine, settings, who=who, draft=Drafter(engine, order, who=who)) for who in ("one", "two")]

    async def race() -> None:
        await asyncio.gather(*(each.run() for each in both))
        await both[0].run() if states(engine) != {"issued": 308} else None

    asyncio.run(race())
    with reading(engine) as connection:
        rows = connection.execute(select(invoices.c.seq, invoices.c.order_id).order_by(invoices.c.seq)).all()
        events = connection.execute(select(outbox.c.subject)).scalars().all()
        told = connection.execute(select(audit.c.subject).where(audit.c.action == "invoice.issued"))
        audited = told.scalars().all()
    assert [row.seq for row in rows] == list(range(1, 309))
    assert len({row.order_id for row in rows}) == 308
    assert len(set(events)) == len(events) == 308
    assert len(set(audited)) == len(audited) == 308


def test_a_parked_order_waits_for_its_moment_and_is_then_issued(engine, settings, order):
    land(engine, order, 1, not_before=NOW + timedelta(minutes=5))
    early = drain(engine, settings)
    asyncio.run(early.run())
    assert early.issued.issued == 0
    late = drain(engine, settings, clock=lambda: NOW + timedelta(minutes=6))
    asyncio.run(late.run())
    assert late.issued.issued == 1


def test_a_resident_drain_wakes_for_a_parked_order(sqlite_engine, settings, order):
    land(sqlite_engine, order, 1, not_before=NOW + timedelta(milliseconds=400))
    work = drain(sqlite_engine, settings)
    asyncio.run(work.run(until=NOW + timedelta(seconds=2)))
    assert work.issued.issued == 1


def test_a_resident_drain_takes_an_order_that_arrives_later(engine, settings, order):
    work = drain(engine, settings, clock=lambda: NOW, stop=lambda: work.issued.issued == 1)

    async def arrive() -> None:
        resident = asyncio.create_task(work.run(until=NOW + timedelta(hours=6)))
        await asyncio.sleep(0.1)  # the drain has found nothing and waits; no clock reaches into the poll
        await asyncio.to_thread(land, engine, order, 1)
        await asyncio.wait_for(resident, timeout=5)

    asyncio.run(arrive())
    assert states(engine) == {"issued": 1}


def test_a_resident_drain_ends_at_its_hour(sqlite_engine, settings):
    asyncio.run(drain(sqlite_engine, settings).run(until=NOW + timedelta(seconds=1)))


def test_no_credit_stops_drafting_but_not_issuing(engine, settings, order):
    async def refuse(_claimed: Claimed) -> str:
        raise QuotaExhausted("The credit is used up.")

    land(engine, order, 4, lane="model")
    land(engine, order, 2)
    work = drain(engine, settings, draft=refuse)
    asyncio.run(work.run())
    assert str(work.stopped_by) == "The credit is used up."
    assert states(engine) == {"issued": 2, "queued": 4}
    with reading(engine) as connection:
        assert set(connection.execute(select(orders.c.attempts)).scalars()) <= {0, 1}


def test_what_is_held_goes_back_when_told_to_stop(engine, settings, order, monkeypatch):
    monkeypatch.setattr("fakturo.drain.GRACE_S", 0.0)
    begun: list[int] = []

    async def never(claimed: Claimed) -> str:
        begun.append(claimed.id)
        await asyncio.Event().wait()
        return "proved"

    land(engine, order, 2, lane="model")
    work = drain(engine, settings, draft=never, stop=lambda: len(begun) == 2)
    asyncio.run(work.run(until=NOW + timedelta(hours=6)))
    assert states(engine) == {"queued": 2}
    again = queue.claim(engine, lane="model", worker="two", limit=9, now=NOW, lease_s=60)
    assert [each.attempts for each in again] == [1, 1]


def test_a_defect_in_drafting_ends_the_run_with_its_error(sqlite_engine, settings, order):
    async def broken(_claimed: Claimed) -> str:
        raise ZeroDivisionError

    land(sqlite_engine, order, 1, lane="model")
    with pytest.raises(ZeroDivisionError):
        asyncio.run(drain(sqlite_engine, settings, draft=broken).run())


def test_long_drafts_keep_their_leases(sqlite_engine, settings, order, monkeypatch):
    clock = Ticking()
    renewed: list[list[int]] = []
    real = queue.renew

    def renew(engine: Engine, ids: list[int], **more: object) -> None:
        renewed.append(list(ids))
        real(engine, ids, **more)

    monkeypatch.setattr(queue, "renew", renew)

    async def slow(claimed: Claimed) -> str:
        while len(renewed) < 2:
            clock.now += timedelta(seconds=40)
            await asyncio.sleep(0.01)
        return await Drafter(sqlite_engine, order)(claimed)

    land(sqlite_engine, order, 1, lane="model")
    asyncio.run(drain(sqlite_engine, settings, clock=clock, draft=slow).run())
    assert states(sqlite_engine) == {"issued": 1}
    assert len(renewed) >= 2


def test_progress_is_told_after_every_step(sqlite_engine, settings, order):
    land(sqlite_engine, order, 201)
    told: list[int] = []
    work = drain(sqlite_engine, settings)

    async def tell() -> None:
        told.append(work.done)

    asyncio.run(work.run(on_progress=tell))
    assert told == [200, 201, 201]


def test_the_watch_rings_once_for_each_commit_of_others(sqlite_engine, order):
    watch = Watch(sqlite_engine)
    assert [watch.rang(), watch.rang()] == [True, False]
    land(sqlite_engine, order, 1)
    assert [watch.rang(), watch.rang()] == [True, False]
    watch.close()


def test_leases_of_dead_processes_of_this_machine_are_freed_at_once(engine, order):
    land(engine, order, 1, first=0, leased_by=f"{worker.host()}999999999:1", leased_until=NOW + timedelta(1))
    land(engine, order, 1, first=1, leased_by=worker.name(), leased_until=NOW + timedelta(1))
    land(engine, order, 1, first=2, leased_by="elsewhere:7:1", leased_until=NOW + timedelta(1))
    assert release_dead(engine, NOW) == 1
    with reading(engine) as connection:
        held = connection.execute(select(orders.c.leased_by).order_by(orders.c.id)).scalars().all()
    assert held == [None, worker.name(), "elsewhere:7:1"]


@pytest.mark.parametrize(
    ("holder", "dead"),
    [
        (worker.name(), False),
        (f"{worker.host()}1:1", True),  # process 1 began after 1970: the id was taken again
        (f"{worker.host()}999999999:1700000000000", True),
        ("elsewhere:1:1", False),
        (f"{worker.host()}desk", False),
    ],
    ids=["this process", "a reused id", "no such process", "another machine", "no process at all"],
)
def test_knows_which_holders_are_dead(holder, dead):
    assert is_dead(holder) is dead
