"""Whatever receivers answer and whenever workers die: every event is told, and in order per subject."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from fakturo.delivery.outcome import Outcome
from fakturo.delivery.round import Round
from fakturo.ledger.delivery_tables import deliveries, delivery_log, delivery_receivers
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect, writing
from fakturo.ledger.outbox.deliveries import Receiver, claim, fan_out, next_due
from fakturo.ledger.tables import outbox

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RECEIVERS = [Receiver("erp", ("*",), 2), Receiver("shop", ("*",), 3)]
ANSWERS = [
    Outcome("delivered", 200),
    Outcome("failed", 500, "It answered 500."),
    Outcome("failed", None, "It cannot be reached."),
    Outcome("failed", 429, "It answered 429.", asked_s=60.0),
    Outcome("failed", None, "Ours.", is_ours=True),
]


class Scripted:
    """Answers as listed, then takes everything; notes what it has taken."""

    def __init__(self, answers):
        self.answers, self.taken = list(answers), []

    async def send(self, claimed, _now):
        outcome = self.answers.pop(0) if self.answers else Outcome("delivered", 200)
        if outcome.kind == "delivered":
            self.taken.append((claimed.subject, claimed.outbox_id))
        return outcome

    async def aclose(self):
        pass


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('history') / 'ledger.sqlite'}")
    upgrade(engine)
    yield engine
    engine.dispose()


answered = st.lists(st.sampled_from(ANSWERS), max_size=25)
subjects = st.lists(st.sampled_from("ABC"), min_size=1, max_size=12)
killed_before = st.sets(st.integers(0, 8), max_size=4)


@settings(max_examples=40, deadline=None)
@given(subjects, answered, answered, killed_before)
def test_every_event_is_told_at_least_once_and_in_order(ledger, happened, of_erp, of_shop, killed):
    with writing(ledger) as connection:
        for table in (delivery_log, deliveries, delivery_receivers, outbox):
            connection.execute(delete(table))
        rows = [{"event": "a.b", "subject": each, "payload": "{}", "created_at": START} for each in happened]
        connection.execute(insert(outbox), rows)
        ids = connection.execute(select(outbox.c.id, outbox.c.subject).order_by(outbox.c.id)).all()
    senders = {"erp": Scripted(of_erp), "shop": Scripted(of_shop)}
    now, rounds = START, 0
    while True:
        worker = f"w{rounds}"
        if rounds in killed:  # takes what it may, and is never heard of again
            fan_out(ledger, RECEIVERS, now)
            for receiver in RECEIVERS:
                claim(ledger, receiver, worker=worker, now=now, lease_s=240)
        else:
            made = Round(
                ledger, RECEIVERS, senders, clock=lambda at=now: at, worker=worker, jitter=lambda: 0.0
            )
            asyncio.run(made.run())
        rounds += 1
        due = next_due(ledger, RECEIVERS, now)
        if due is None:
            break
        now = due
    for sender in senders.values():
        for subject in set(happened):
            wanted = [each.id for each in ids if each.subject == subject]
            assert [event for about, event in sender.taken if about == subject] == wanted
    with ledger.connect() as connection:
        assert set(connection.execute(select(deliveries.c.status)).scalars()) == {"delivered"}
