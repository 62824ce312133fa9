"""`fakturo outbox …`: what a person sees and may do."""

import pytest
from sqlalchemy import insert, select

from fakturo.clock import utc_now
from fakturo.errors import BadInput, NotAllowed, NotFound
from fakturo.ledger.delivery_tables import deliveries
from fakturo.ledger.open import writing
from fakturo.ledger.tables import outbox

NOWHERE = '[{"name": "erp", "url": "http://127.0.0.1:9/", "secret": "a-secret-of-the-tests"}]'


@pytest.fixture
def told(monkeypatch):
    monkeypatch.setenv("FAKTURO_WEBHOOKS", NOWHERE)


@pytest.fixture
def event(either):
    with writing(either) as connection:
        row = {"event": "invoice.issued", "subject": "INV-1", "payload": '{"total_minor":5220}'}
        connection.execute(insert(outbox).values(**row, created_at=utc_now()))


def statuses(engine):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(deliveries.c.status, deliveries.c.attempts))]


def test_what_waits_and_what_failed_is_listed(run, told, event):
    assert "1 events wait to be passed on" in run("outbox", "list").output
    assert "0 delivered, 1 failed (erp)." in run("outbox", "deliver").output
    said = run("outbox", "list", "--status", "pending", "--receiver", "erp", "--subject", "INV-1").output
    assert "It cannot be reached" in said
    assert "erp has failed 1 times in a row" in said
    assert "INV-1" not in run("outbox", "list", "--status", "delivered").output


def test_an_event_is_shown_by_its_number_or_the_id_that_receivers_see(run, told, event):
    run("outbox", "deliver")
    said = run("outbox", "show", "1").output
    assert "5220" in said
    assert "failed" in said
    evt = next(line for line in said.splitlines() if line.startswith("evt_1_"))
    assert run("outbox", "show", evt).output == said
    assert isinstance(run("outbox", "show", "evt_9").exception, NotFound)
    assert isinstance(run("outbox", "show", "9" * 40).exception, NotFound)


def test_a_replay_queues_it_anew(run, told, event, either):
    run("outbox", "deliver")
    assert statuses(either) == [("pending", 1)]
    assert "1 deliveries are queued" in run("outbox", "replay", "1").output
    assert statuses(either) == [("pending", 0)]
    assert "1 deliveries are queued" in run("outbox", "replay", "--since", "2026-01-01").output


def test_a_replay_of_everything_by_mistake_is_refused(run, told, event):
    assert isinstance(run("outbox", "replay").exception, BadInput)
    refused = run("outbox", "replay", "1", "--receiver", "shop").exception
    assert isinstance(refused, NotFound)
    assert "there are: erp." in str(refused)


def test_without_receivers_it_says_how_to_set_one_up_and_loses_nothing(run, event, either, monkeypatch):
    refused = run("outbox", "deliver").exception
    assert isinstance(refused, NotAllowed)
    assert "[[webhooks]]" in str(refused)
    monkeypatch.setenv("FAKTURO_WEBHOOKS", NOWHERE)
    run("outbox", "deliver")
    assert statuses(either) == [("pending", 1)]
