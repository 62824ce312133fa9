"""The flow that sends letters about overdue invoices, and sends none while dunning is off."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from fakturo import settings as settings_room
from fakturo.ledger.dunning_tables import dunning_notices
from fakturo.ledger.open import open_ledger, reading, writing
from fakturo.ledger.tables import customers
from flows.send_reminders import send_reminders
from tests.ledger.made_receivables import put_invoice

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Prefect's own sockets, closed by its threads
]


@pytest.fixture
def overdue(home, monkeypatch):
    """An invoice of 100.00 EUR, ten days overdue on 2026-04-11."""
    monkeypatch.setattr("flows.send_reminders.utc_now", lambda: datetime(2026, 4, 11, 7, tzinfo=UTC))
    engine = open_ledger(home)
    with writing(engine) as connection:
        put_invoice(connection, "R-1")
        told = json.dumps({"id": "C-1", "email": "payables@example.com"})
        connection.execute(update(customers).values(content=told))
    return engine


def letters(engine):
    with reading(engine) as connection:
        return connection.execute(select(dunning_notices)).all()


def test_off_it_says_what_it_would_send_and_sends_nothing(server, overdue):
    state = send_reminders(return_state=True)
    assert state.name == "Off"
    assert state.message.startswith("Dunning is off: 1 letters would be sent, none was.")
    assert letters(overdue) == []


def test_on_it_sends_once(server, overdue, monkeypatch):
    monkeypatch.setenv("FAKTURO_DUNNING_ENABLED", "true")
    settings_room.current.cache_clear()
    assert send_reminders(return_state=True).message == "1 letters sent, 0 dropped, 0 held back."
    assert send_reminders(return_state=True).message == "0 letters sent, 0 dropped, 1 held back."
    (letter,) = letters(overdue)
    assert (letter.actor, letter.level, letter.total_minor) == ("dunning", 1, 100_00)
    assert letter.run_id
