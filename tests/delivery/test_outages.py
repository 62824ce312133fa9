"""A receiver down for an hour, slow, doubled or reset, and workers that die: nothing lost, all in order."""

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from fakturo import worker
from fakturo.delivery.receivers import receivers_of
from fakturo.ledger.delivery_tables import deliveries
from fakturo.ledger.open import writing
from fakturo.ledger.outbox.deliveries import claim, fan_out

INVOICES = [f"INV-{number}" for number in range(4)]
STEPS = 6


def story(requests):
    """Per subject the numbers of its events, each where it was first accepted."""
    seen, told = set(), {}
    for request in requests:
        if request.event_id not in seen:
            seen.add(request.event_id)
            body = json.loads(request.body)
            told.setdefault(body["subject"], []).append(body["data"]["total_minor"])
    return told


WANTED = {
    subject: list(range(place, len(INVOICES) * STEPS, len(INVOICES)))
    for place, subject in enumerate(INVOICES)
}
"""Events of all invoices by turns: 0, 4, 8 ... of the first one."""


def test_an_hour_of_outage_loses_nothing_and_keeps_the_order_per_invoice(
    engine, hooks, told, happen, go_on, clock, now
):
    """500s, resets and silence by turns; the worker is another one at every round."""
    back = now + timedelta(hours=1)
    kinds = [(500, {}, b"down"), None, (503, {"Retry-After": "120"}, b""), (404, {}, b"")]
    hooks.answer = lambda _request: (
        (200, {}, b"") if clock.now >= back else kinds[len(hooks.requests) % len(kinds)]
    )
    settings = told(erp=hooks)
    happen(engine, *INVOICES * STEPS)
    go_on(engine, settings)
    assert story(hooks.accepted) == WANTED
    assert clock.now - back <= timedelta(minutes=5), "the longest pause"
    in_vain = len(hooks.requests) - len(hooks.accepted)
    assert in_vain <= 30, "a dead receiver is probed, not hammered"


def test_what_happens_during_the_outage_arrives_after_it(engine, hooks, told, happen, go_on, clock, now):
    hooks.answer = lambda _request: (200 if clock.now >= now + timedelta(hours=1) else 500, {}, b"")
    settings = told(erp=hooks)
    for minute in range(0, 60, 10):
        clock.now = max(clock.now, now + timedelta(minutes=minute))
        happen(engine, *INVOICES)
        go_on(engine, settings, until=now + timedelta(minutes=minute + 10))
    go_on(engine, settings)
    assert {subject: len(numbers) for subject, numbers in story(hooks.accepted).items()} == dict.fromkeys(
        INVOICES, 6
    )
    ids = [request.event_id for request in hooks.accepted if b"INV-0" in request.body]
    assert ids == sorted(ids, key=lambda each: int(each.split("_")[1]))


def test_a_dead_receiver_does_not_delay_another(engine, hooks, open_hooks, told, happen, go):
    """The dead one holds its connections until the other has everything, events of meanwhile included."""
    other, done, in_time = open_hooks(), threading.Event(), []
    hooks.answer = lambda _request: in_time.append(done.wait(30))

    def answer(_request):
        with other.lock:
            if len(other.requests) == 1:
                happen(engine, "INV-late")
            if len(other.requests) == 9:
                done.set()
        return 200, {}, b""

    other.answer = answer
    happen(engine, *(f"INV-{number}" for number in range(8)))
    go(engine, told(dead=(hooks, {"timeout_s": 60, "concurrency": 2}), shop=other))
    assert in_time
    assert all(in_time), "the other one had all nine while this one hung"


def test_an_event_without_document_or_in_trouble_holds_up_no_other_invoice(
    engine, hooks, told, happen, go, statuses
):
    hooks.answer = lambda request: (500 if b"INV-1" in request.body else 200, {}, b"")
    happen(engine, "INV-1", "INV-1", "INV-2")
    go(engine, told(erp=hooks))
    assert [each[2] for each in statuses(engine)] == ["pending", "pending", "delivered"]


def test_a_sender_of_this_machine_that_is_known_to_be_dead_holds_nothing_up(
    engine, hooks, told, happen, go, clock, statuses
):
    settings = told(erp=hooks)
    (receiver,) = receivers_of(settings)
    happen(engine, "INV-1")
    fan_out(engine, [receiver], clock())
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    claim(engine, receiver, worker=f"{worker.host()}{child.pid}:0", now=clock(), lease_s=240)
    go(engine, settings)
    assert len(hooks.accepted) == 1
    assert [each[2] for each in statuses(engine)] == ["delivered"]


def test_a_worker_that_died_with_events_in_its_hands_loses_none(
    engine, hooks, told, happen, go, clock, statuses
):
    settings = told(erp=hooks)
    (receiver,) = receivers_of(settings)
    happen(engine, "INV-1", "INV-2", "INV-1")
    fan_out(engine, [receiver], clock())
    assert len(claim(engine, receiver, worker="killed", now=clock(), lease_s=240)) == 2
    go(engine, settings)
    assert hooks.requests == [], "another worker may be sending them right now"
    with writing(engine) as connection:
        of_another = update(deliveries).where(deliveries.c.leased_by.is_not(None))
        connection.execute(of_another.values(leased_by="another-machine:1:1"))
    go(engine, settings)
    assert hooks.requests == [], "nobody here knows whether it lives"
    clock.move(seconds=240)
    go(engine, settings)
    assert [each[2] for each in statuses(engine)] == ["delivered"] * 3
    assert len({request.event_id for request in hooks.accepted}) == 3


KILLED = """
import asyncio, sys
from datetime import datetime
from fakturo.delivery.deliver import deliver
from fakturo.ledger.open import connect
from fakturo.settings import load
hook = {"name": "erp", "url": sys.argv[2], "secret": "a-secret-of-the-tests"}
settings = load(_env_file=None, webhooks=[hook])
clock = lambda: datetime.fromisoformat(sys.argv[3])
asyncio.run(deliver(connect(sys.argv[1]), settings, worker="killed", clock=clock))
"""


def test_kill_9_between_sending_and_settling_sends_it_again_under_the_same_id(
    engine, hooks, told, happen, go, clock, statuses
):
    """The receiver itself kills the sender: it has the event, the sender never hears its yes."""
    happen(engine, "INV-1", "INV-1")
    settings, pids = told(erp=hooks), []
    known = threading.Event()

    def kill(_request):
        known.wait(60)
        os.kill(pids[0], signal.SIGKILL)
        return 200, {}, b""

    hooks.answer = kill
    url = engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen([sys.executable, "-c", KILLED, url, hooks.url, clock().isoformat()])
    pids.append(process.pid)
    known.set()
    assert process.wait(60) == -signal.SIGKILL
    hooks.answer = lambda _request: (200, {}, b"")
    clock.move(seconds=240)
    go(engine, settings)
    first, again, second = hooks.requests
    assert first.event_id == again.event_id != second.event_id
    assert first.body == again.body
    assert [each[2] for each in statuses(engine)] == ["delivered"] * 2


def test_two_workers_at_once_send_every_event_and_keep_the_order(engine, hooks, told, happen, go):
    happen(engine, *INVOICES * STEPS)
    settings = told(erp=(hooks, {"concurrency": 8}))
    threads = [threading.Thread(target=go, args=(engine, settings)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    go(engine, settings)
    assert story(hooks.accepted) == WANTED
    assert len(hooks.accepted) == len(INVOICES) * STEPS


@pytest.mark.parametrize("count", [300])
def test_many_events_leave_in_one_round(sqlite_engine, hooks, told, happen, go, count):
    happen(sqlite_engine, *(f"INV-{number}" for number in range(count)))
    tally = go(sqlite_engine, told(erp=hooks))
    assert tally.delivered == {"erp": count}
