"""The queue loses nothing, gives nothing twice, and lets who lost a lease write nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from fakturo.ledger.open import reading
from fakturo.ledger.orders import queue as work
from fakturo.ledger.tables import audit, orders


def claim(engine, now, **changes):
    return work.claim(
        engine, **{"lane": "rules", "worker": "w1", "limit": 10, "now": now, "lease_s": 60} | changes
    )


def test_oldest_orders_are_claimed_first_and_only_once(engine, queue, order, now):
    ids = [queue(order, external_id=f"A-{n}") for n in range(3)]
    assert [each.id for each in claim(engine, now, limit=2)] == ids[:2]
    assert [each.id for each in claim(engine, now, worker="w2")] == ids[2:]
    assert claim(engine, now, worker="w3") == []


def test_lanes_do_not_mix(engine, queue, order, now):
    queue(order)
    text = queue(raw="please send me something", external_id="mail-1")
    assert [each.id for each in claim(engine, now, lane="model")] == [text]


def test_a_dead_workers_order_is_claimed_again_after_its_lease(engine, queue, order, now):
    queue(order)
    claim(engine, now)
    assert claim(engine, now + timedelta(seconds=59), worker="w2") == []
    (again,) = claim(engine, now + timedelta(seconds=60), worker="w2")
    assert again.attempts == 2


def test_a_renewed_lease_is_kept(engine, queue, order, now):
    order_id = queue(order)
    claim(engine, now)
    work.renew(engine, [order_id], worker="w1", now=now + timedelta(seconds=50), lease_s=60)
    assert claim(engine, now + timedelta(seconds=100), worker="w2") == []


def test_a_parked_order_waits_and_comes_back(engine, queue, order, now):
    order_id = queue(order)
    claim(engine, now)
    later = now + timedelta(minutes=5)
    assert work.park(engine, order_id, reason="provider rests", not_before=later, now=now, worker="w1")
    assert work.counts(engine, now)["parked"] == 1
    assert work.next_wake(engine, now) == later
    assert work.waiting_lanes(engine, now) == frozenset()
    assert work.waiting_lanes(engine, later) == {"rules"}
    assert [each.parks for each in claim(engine, later)] == [1]


def test_who_lost_the_lease_can_neither_park_nor_dead_letter(engine, queue, order, now):
    order_id = queue(order)
    claim(engine, now, worker="slow")
    claim(engine, now + timedelta(seconds=61), worker="quick")
    assert not work.park(engine, order_id, reason="x", not_before=now, now=now, worker="slow")
    assert not work.dead_letter(engine, order_id, reason="x", now=now, worker="slow")
    assert work.counts(engine, now)["working"] == 1


def test_a_dead_letter_is_audited_and_can_be_retried(engine, queue, order, now):
    order_id = queue(order)
    claim(engine, now)
    assert work.dead_letter(engine, order_id, reason="ten refusals", now=now, worker="w1")
    assert work.counts(engine, now)["dead_letter"] == 1
    assert work.retry(engine, order_id, now=now, actor="ann")
    assert len(claim(engine, now)) == 1
    with reading(engine) as connection:
        actions = connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars().all()
    assert actions == ["order.dead_letter", "order.retried"]


@pytest.mark.parametrize("status", ["issued", "rejected", "needs_review"])
def test_only_waiting_or_dead_orders_are_retried(engine, queue, order, now, status):
    order_id = queue(order, status=status)
    assert not work.retry(engine, order_id, now=now, actor="ann")


def test_release_gives_back_without_counting_the_try(engine, queue, order, now):
    order_id = queue(order)
    claim(engine, now)
    work.release(engine, [order_id], now, worker="w1")
    work.release(engine, [], now)
    assert [each.attempts for each in claim(engine, now)] == [1]


def test_a_restart_frees_what_its_dead_self_held(engine, queue, order, now):
    queue(order)
    claim(engine, now, worker="host:11:a")
    queue(order, external_id="A-2")
    claim(engine, now, worker="host:12:b")
    assert work.release_worker(engine, "host:11:", now) == 1
    assert len(claim(engine, now, worker="host:13:c")) == 1


def test_one_order_can_be_claimed_by_id(engine, queue, order, now):
    queue(order)
    second = queue(order, external_id="A-2")
    assert [each.id for each in claim(engine, now, order_ids=[second])] == [second]


def test_states_add_up_to_all_orders(engine, queue, order, now):
    for position, state in enumerate(("queued", "issued", "needs_review", "rejected", "credit_requested")):
        queue(order, external_id=f"A-{position}", status=state)
    found = work.counts(engine, now)
    assert sum(found.values()) == 5
    assert set(found) == set(work.STATES)
    assert work.next_wake(engine, now) is None
    with reading(engine) as connection:
        assert connection.execute(select(orders.c.leased_by)).scalars().all() == [None] * 5
