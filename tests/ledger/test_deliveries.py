"""The queue of deliveries: who is told, in which order, how patiently, and what a person may replay."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from fakturo.errors import NotFound
from fakturo.ledger.delivery_tables import deliveries, delivery_log, delivery_receivers
from fakturo.ledger.open import writing
from fakturo.ledger.outbox.attempts import Rules, Settlement, settle
from fakturo.ledger.outbox.deliveries import Receiver, claim, fan_out, is_due, next_due
from fakturo.ledger.outbox.replaying import replay
from fakturo.ledger.tables import audit, outbox

ERP = Receiver("erp", ("*",), concurrency=3)
SHOP = Receiver("shop", ("invoice.*",), concurrency=3)
RULES = Rules(pause_s=lambda failures: 30.0 if failures >= 2 else 0.0, give_up_after=timedelta(days=3))
LEASE_S = 60.0


@pytest.fixture
def happen(engine, now):
    """Put events into the outbox; gives the id of the last."""

    def put(*subjects, event="invoice.issued", at=now):
        with writing(engine) as connection:
            for subject in subjects:
                row = {"event": event, "subject": subject, "payload": "{}", "created_at": at}
                last = connection.execute(insert(outbox).values(row)).inserted_primary_key[0]
        return last

    return put


@pytest.fixture
def take(engine):
    """Claim for a receiver at a moment; gives the claims."""
    return lambda receiver, at, worker="w": claim(engine, receiver, worker=worker, now=at, lease_s=LEASE_S)


@pytest.fixture
def end(engine):
    """Settle claims: `end(claims, 'delivered', at)`; pending ones wait 10 s."""

    def settled(claims, status, at, *, receiver_is=None, worker="w", pause_until=None, wait_s=10):
        says = receiver_is or {"pending": "down", "skipped": "unknown"}.get(status, "up")
        rows = [
            Settlement(
                each,
                status,
                200 if status == "delivered" else 500,
                None if status == "delivered" else "It answered 500.",
                7,
                says,
                not_before=at + timedelta(seconds=wait_s) if status == "pending" else None,
                pause_until=pause_until,
            )
            for each in claims
        ]
        return settle(engine, rows, RULES, worker=worker, now=at)

    return settled


def table(engine, *columns):
    with engine.connect() as connection:
        return connection.execute(select(*columns).order_by(columns[0])).all()


def subjects(claims):
    return [each.subject for each in claims]


def statuses(engine):
    return [row.status for row in table(engine, deliveries.c.id, deliveries.c.status)]


def test_an_event_becomes_one_delivery_for_each_receiver_that_wants_it(engine, happen, now):
    happen("INV-1")
    happen("model", event="ai.quota_exhausted")
    assert fan_out(engine, [ERP, SHOP], now) == (2, 3, 0)
    assert fan_out(engine, [ERP, SHOP], now) == (0, 0, 0)
    found = [
        tuple(row)[1:] for row in table(engine, deliveries.c.id, deliveries.c.receiver, deliveries.c.subject)
    ]
    assert sorted(found) == [("erp", "INV-1"), ("erp", "model"), ("shop", "INV-1")]


def test_what_nobody_wants_leaves_no_row_and_is_not_looked_at_again(engine, happen, now):
    happen("model", event="ai.quota_exhausted")
    assert fan_out(engine, [SHOP], now) == (1, 0, 0)
    assert table(engine, deliveries.c.id) == []
    assert table(engine, outbox.c.id, outbox.c.sent_at)[0].sent_at == now


def test_without_receivers_events_wait(engine, happen, now):
    happen("INV-1")
    assert fan_out(engine, [], now) == (0, 0, 0)
    assert fan_out(engine, [ERP], now) == (1, 1, 0)


def test_a_new_receiver_does_not_get_last_years_invoices(engine, happen, now):
    happen("INV-1", at=now - timedelta(days=300))
    happen("INV-2", at=now - timedelta(hours=23))
    assert fan_out(engine, [ERP], now) == (2, 1, 1)
    assert [row.subject for row in table(engine, deliveries.c.id, deliveries.c.subject)] == ["INV-2"]


def test_a_receiver_that_was_known_gets_what_happened_while_all_was_off(engine, happen, now):
    fan_out(engine, [ERP], now)
    happen("INV-1", at=now + timedelta(minutes=1))
    assert fan_out(engine, [ERP], now + timedelta(days=9)) == (1, 1, 0)


def test_the_next_event_of_a_subject_waits_for_the_one_before(engine, happen, take, end, now):
    happen("INV-1", "INV-1", "INV-2", "INV-1")
    fan_out(engine, [ERP], now)
    first = take(ERP, now)
    assert subjects(first) == ["INV-1", "INV-2"]
    assert take(ERP, now) == []
    end(first[:1], "pending", now)
    assert take(ERP, now + timedelta(seconds=5)) == []
    (again,) = take(ERP, now + timedelta(seconds=10))
    assert (again.outbox_id, again.attempts, again.first_tried_at) == (first[0].outbox_id, 2, now)
    end([again], "gave_up", now)
    (second,) = take(ERP, now)
    assert second.outbox_id == first[0].outbox_id + 1


def test_one_receivers_trouble_does_not_hold_up_the_other(engine, happen, take, end, now):
    happen("INV-1", "INV-1")
    fan_out(engine, [ERP, SHOP], now)
    end(take(ERP, now), "pending", now)
    end(take(SHOP, now), "delivered", now)
    assert len(take(SHOP, now)) == 1


def test_no_more_than_its_concurrency_is_under_way_to_a_receiver(engine, happen, take, now):
    happen(*(f"INV-{number}" for number in range(5)))
    fan_out(engine, [ERP], now)
    assert [len(take(ERP, now, worker=f"w{each}")) for each in range(2)] == [3, 0]


def test_who_was_killed_leaves_a_lease_that_runs_out(engine, happen, take, end, now):
    happen("INV-1")
    fan_out(engine, [ERP], now)
    lost = take(ERP, now, worker="killed")
    assert not is_due(engine, ERP, now + timedelta(seconds=59))
    later = now + timedelta(seconds=60)
    assert next_due(engine, [ERP], now) == later
    (again,) = take(ERP, later)
    assert (again.id, again.outbox_id, again.attempts) == (lost[0].id, lost[0].outbox_id, 2)
    end(lost, "delivered", later, worker="killed")
    assert statuses(engine) == ["pending"], "who lost its lease settles nothing"
    end([again], "delivered", later)
    assert statuses(engine) == ["delivered"]
    log = table(engine, delivery_log.c.id, delivery_log.c.attempt, delivery_log.c.outcome)
    assert [row[1:] for row in log] == [(1, "delivered"), (2, "delivered")]


def test_an_attempt_is_written_down_before_it_leaves(engine, happen, take, now):
    happen("INV-1")
    fan_out(engine, [ERP], now)
    (claimed,) = take(ERP, now)
    (row,) = table(engine, *delivery_log.c)
    assert (row.id, row.outcome, row.started_at, row.attempt) == (claimed.log_id, "sent", now, 1)


def test_a_receiver_that_fails_again_and_again_rests_and_is_probed_by_one(engine, happen, take, end, now):
    happen(*(f"INV-{number}" for number in range(6)))
    fan_out(engine, [ERP], now)
    end(take(ERP, now), "pending", now)
    assert take(ERP, now) == []
    rested = now + timedelta(seconds=30)
    assert next_due(engine, [ERP], now) == rested
    probe = take(ERP, rested)
    assert subjects(probe) == ["INV-3"], "one, and one that it has not refused yet"
    assert take(ERP, rested) == []
    end(probe, "delivered", rested)
    assert subjects(take(ERP, rested)) == ["INV-0", "INV-1", "INV-2"], "what waited leaves at once"


def test_a_probe_that_fails_makes_it_rest_again(engine, happen, take, end, now):
    happen(*(f"INV-{number}" for number in range(6)))
    fan_out(engine, [ERP], now)
    end(take(ERP, now), "pending", now)
    rested = now + timedelta(seconds=30)
    end(take(ERP, rested), "pending", rested)
    assert not is_due(engine, ERP, rested + timedelta(seconds=29))
    assert is_due(engine, ERP, rested + timedelta(seconds=30))


def test_a_receiver_may_ask_for_time_for_all_its_events(engine, happen, take, end, now):
    happen("INV-1", "INV-2")
    fan_out(engine, [Receiver("erp", ("*",), 1)], now)
    one = Receiver("erp", ("*",), 1)
    end(take(one, now), "pending", now, pause_until=now + timedelta(seconds=90))
    assert not is_due(engine, one, now + timedelta(seconds=89))
    assert is_due(engine, one, now + timedelta(seconds=90))


def test_a_failure_of_ours_does_not_pause_the_receiver(engine, happen, take, end, now):
    happen("INV-1", "INV-2", "INV-3", "INV-4")
    fan_out(engine, [ERP], now)
    end(take(ERP, now), "pending", now, receiver_is="unknown")
    assert subjects(take(ERP, now)) == ["INV-4"]


def test_what_a_receiver_has_not_taken_for_three_days_is_given_up_at_once(engine, happen, take, end, now):
    happen("INV-1", "INV-2", "INV-3", "INV-4")
    fan_out(engine, [ERP], now)
    end(take(ERP, now), "pending", now)
    day3 = now + timedelta(days=3)
    happen("INV-5", at=day3)
    fan_out(engine, [ERP], day3)
    assert end(take(ERP, day3), "gave_up", day3, receiver_is="down") == 3
    assert statuses(engine) == ["gave_up"] * 4 + ["pending"]
    told = [row.action for row in table(engine, audit.c.seq, audit.c.action)]
    assert told == ["delivery.gave_up"] * 2


def test_a_replay_sends_what_was_given_up_under_the_same_event(engine, happen, take, end, now):
    event_id = happen("INV-1")
    fan_out(engine, [ERP], now)
    end(take(ERP, now), "gave_up", now)
    assert replay(engine, [ERP], now=now, actor="ann", outbox_ids=[event_id]) == 1
    (again,) = take(ERP, now)
    assert (again.outbox_id, again.attempts) == (event_id, 1)
    assert len(table(engine, delivery_log.c.id)) == 2
    (entry,) = [row for row in table(engine, *audit.c) if row.action == "outbox.replayed"]
    assert (entry.actor, entry.subject) == ("ann", "outbox")


def test_what_was_delivered_is_replayed_only_when_asked_for(engine, happen, take, end, now):
    event_id = happen("INV-1")
    fan_out(engine, [ERP], now)
    end(take(ERP, now), "delivered", now)
    assert replay(engine, [ERP], now=now, actor="ann", outbox_ids=[event_id]) == 0
    assert replay(engine, [ERP], now=now, actor="ann", outbox_ids=[event_id], is_again=True) == 1
    assert len(take(ERP, now)) == 1


def test_a_replay_brings_a_new_receiver_its_history(engine, happen, take, now):
    happen("INV-1", at=now - timedelta(days=300))
    happen("INV-2", "INV-3", at=now - timedelta(days=200))
    happen("model", event="ai.quota_exhausted", at=now - timedelta(days=200))
    fan_out(engine, [SHOP], now)
    assert take(SHOP, now) == []
    assert replay(engine, [SHOP], now=now, actor="ann", since=now - timedelta(days=250)) == 2
    assert replay(engine, [SHOP], now=now, actor="ann", subject="INV-1") == 1
    assert subjects(take(SHOP, now)) == ["INV-1", "INV-2", "INV-3"]


def test_what_is_under_way_is_not_replayed(engine, happen, take, now):
    event_id = happen("INV-1")
    fan_out(engine, [ERP], now)
    take(ERP, now)
    assert replay(engine, [ERP], now=now, actor="ann", outbox_ids=[event_id], is_again=True) == 0


def test_a_replay_ends_a_pause(engine, happen, take, end, now):
    happen("INV-1", "INV-2")
    fan_out(engine, [ERP], now)
    end(take(ERP, now), "pending", now, wait_s=3600)
    assert not is_due(engine, ERP, now)
    assert replay(engine, [ERP], now=now, actor="ann", subject="INV-2") == 1
    assert subjects(take(ERP, now)) == ["INV-2"]


def test_an_unknown_event_is_not_replayed(engine, happen, now):
    happen("INV-1")
    with pytest.raises(NotFound, match="No event 99"):
        replay(engine, [ERP], now=now, actor="ann", outbox_ids=[1, 99])


def test_two_processes_never_pass_on_an_event_twice(engine, happen, now):
    """The second finds the first one's rows, and adds none."""
    happen("INV-1", "INV-2")
    with writing(engine) as connection:
        connection.execute(insert(delivery_receivers).values(name="erp", known_since=now, updated_at=now))
        row = {"outbox_id": 1, "receiver": "erp", "subject": "INV-1", "created_at": now}
        connection.execute(insert(deliveries).values(row))
    fan_out(engine, [ERP], now)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(deliveries)).scalar_one() == 2
