"""Letters in the ledger: sent once, by facts read in the transaction that sends; what persons say."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from fakturo.dunning.terms import terms_of
from fakturo.errors import BadInput, NotAllowed, NotFound
from fakturo.ledger import audit_check
from fakturo.ledger.dunning.decisions import promise, resume, stop
from fakturo.ledger.dunning.sending import Work, propose, send
from fakturo.ledger.dunning_tables import dunned_invoices, dunning_notices, dunning_stops, payment_promises
from fakturo.ledger.open import reading, writing
from fakturo.ledger.payments.decisions import Decider, write_off
from fakturo.ledger.tables import audit, customers, outbox
from fakturo.setting_groups.dunning import Dunning
from tests.ledger.made_dunning import DUE, TERMS, land_money, letters, on, put_overdue, run
from tests.ledger.made_receivables import NOW, put_customers, put_invoice, put_payment

PAGE = Path(__file__).parents[2] / "docs/dunning.md"


@pytest.fixture
def clerk(engine):
    return Decider(engine, "anna", NOW, "phoned")


def reasons(engine, days, terms=TERMS):
    return {(each.number, each.code) for each in propose(engine, terms, on(days)).held}


def test_a_round_sends_one_letter_a_customer_and_a_second_round_none(engine):
    put_overdue(engine, "R-1", "R-2")
    put_overdue(engine, "R-3", customer="C-2")
    assert len(run(engine, 10).letters) == 2
    assert run(engine, 10).letters == ()
    assert letters(engine) == [(1, "R-1", 1, 1000_00), (1, "R-2", 1, 1000_00), (2, "R-3", 1, 1000_00)]


def test_notice_event_and_audit_entry_say_the_same(engine):
    """Day 24 after the reminder: 1,000 x .1027 x 24 / 365 = 6.7529 of interest, 40.00 of lump sum."""
    put_overdue(engine, "R-1")
    run(engine, 10)
    run(engine, 24)
    with reading(engine) as connection:
        notice = connection.execute(select(dunning_notices).where(dunning_notices.c.id == 2)).one()
        event = connection.execute(select(outbox).order_by(outbox.c.id.desc())).first()
        entry = connection.execute(select(audit).order_by(audit.c.seq.desc())).first()
    assert (notice.level, notice.tone, notice.notice_date, notice.pay_by_date) == (
        2,
        "notice",
        on(24),
        on(31),
    )
    assert (notice.open_minor, notice.interest_minor, notice.lump_sum_minor) == (1000_00, 6_75, 40_00)
    assert (notice.fee_minor, notice.total_minor) == (0, 1046_75)
    assert json.loads(notice.content)["interest"] == {
        "R-1": [{"first": "2026-04-02", "last": "2026-04-25", "balance_minor": 1000_00, "pct": "10.27"}]
    }
    assert notice.outbox_id == event.id
    assert (event.event, event.subject) == ("customer.dunned", "customer:C-1")
    assert (entry.action, entry.subject, entry.actor) == ("customer.dunned", "dunning:2", "dunner")
    assert event.payload == entry.details
    (shown,) = re.findall(r"^```json\n(.*?)\n```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert event.payload.replace('"C-1"', '"C1"') == shown


def test_the_invoice_itself_never_changes(engine):
    put_overdue(engine, "R-1")
    for days in (10, 24, 38, 90):
        run(engine, days)
    assert [(number, level, owed) for _, number, level, owed in letters(engine)] == [
        ("R-1", 1, 1000_00),
        ("R-1", 2, 1000_00),
        ("R-1", 3, 1000_00),
    ]
    assert reasons(engine, 90) == {("R-1", "all_levels_sent")}


def test_a_payment_between_proposal_and_letter_stops_the_letter(engine):
    put_overdue(engine, "R-1")
    proposal = propose(engine, TERMS, on(10))
    assert len(proposal.notices) == 1
    land_money(engine, 1000_00, "R-1")
    sent = send(engine, proposal, Work(TERMS, NOW, "dunner"))
    assert (sent.letters, sent.dropped) == ((), ("C-1, EUR: It is paid.",))
    assert letters(engine) == []


def test_money_that_landed_and_stands_on_no_invoice_yet_stops_it_too(engine):
    put_overdue(engine, "R-1")
    proposal = propose(engine, TERMS, on(10))
    land_money(engine, 20_00, "thank you", is_allocated=False)
    sent = send(engine, proposal, Work(TERMS, NOW, "dunner"))
    assert sent.letters == ()
    assert "20.00 EUR of this customer stand on no invoice" in sent.dropped[0]
    assert reasons(engine, 10) == {(None, "payment_waiting")}


def test_a_part_payment_in_between_lowers_what_the_letter_asks_for(engine):
    put_overdue(engine, "R-1")
    proposal = propose(engine, TERMS, on(10))
    land_money(engine, 400_00, "R-1")
    sent = send(engine, proposal, Work(TERMS, NOW, "dunner"))
    assert sent.changed == 1
    assert letters(engine) == [(1, "R-1", 1, 600_00)]


def test_a_stop_or_promise_in_between_stops_the_letter(engine, clerk):
    put_overdue(engine, "R-1")
    put_overdue(engine, "R-2", customer="C-2")
    proposal = propose(engine, TERMS, on(10))
    stop(clerk, "C-1", until=None, today=on(10))
    promise(clerk, "R-2", on(20), today=on(10))
    sent = send(engine, proposal, Work(TERMS, NOW, "dunner"))
    assert sent.dropped == (
        "C-1, EUR: Stopped: phoned",
        "C-2, EUR: 1000.00 EUR are promised by 2026-04-21.",
    )


def test_what_is_written_off_is_not_dunned(engine, clerk):
    put_overdue(engine, "R-1")
    write_off(clerk, "R-1")
    assert run(engine, 10).letters == ()


def test_stop_until_a_day_and_resume(engine, clerk):
    put_overdue(engine, "R-1")
    stop(clerk, "C-1", until=on(12), today=on(10))
    assert reasons(engine, 12) == {(None, "stopped")}
    assert len(propose(engine, TERMS, on(13)).notices) == 1
    stop(clerk, "C-1", until=None, today=on(13))
    assert reasons(engine, 99) == {(None, "stopped")}
    assert resume(clerk, "C-1")
    assert not resume(clerk, "C-1")
    assert len(run(engine, 99).letters) == 1
    with reading(engine) as connection:
        actions = connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars().all()
    assert actions == ["dunning.stopped"] * 2 + ["dunning.resumed"] * 2 + ["customer.dunned"]


def test_who_resumes_has_looked_at_what_waited(engine, clerk):
    put_overdue(engine, "R-1")
    land_money(engine, 20_00, "thank you")
    assert reasons(engine, 10) == {(None, "payment_waiting")}
    resume(clerk._replace(now=NOW + timedelta(minutes=1)), "C-1")
    assert len(run(engine, 10).letters) == 1


def test_a_payment_taken_back_by_the_bank_is_for_a_person(engine, clerk):
    put_overdue(engine, "R-1")
    with writing(engine) as connection:
        put_payment(connection, "P", 1000_00, "R-1", customer_id="C-1")
        put_payment(connection, "CB", -1000_00, "", on=20, kind="chargeback", reverses="P", customer_id="C-1")
    land_money(engine, 1_00, "fee")
    resumed = clerk._replace(now=NOW + timedelta(minutes=1))
    assert reasons(engine, 10) == {("R-1", "charged_back")}
    resume(resumed, "C-1")
    assert len(run(engine, 10).letters) == 1


def test_a_promise_kept_in_part_leaves_the_rest_to_dunning(engine, clerk):
    put_overdue(engine, "R-1")
    assert promise(clerk, "R-1", on(20), 400_00, today=on(5)) == 400_00
    assert reasons(engine, 15) == {("R-1", "promised")}
    land_money(engine, 400_00, "R-1", day=on(20))
    assert run(engine, 21).letters[0][1].open_minor == 600_00


def test_a_broken_promise_lets_the_next_level_go_on(engine, clerk):
    put_overdue(engine, "R-1")
    run(engine, 10)
    promise(clerk, "R-1", on(16), today=on(11))
    assert run(engine, 19).letters == ()
    (letter,) = run(engine, 20).letters
    assert letter[1].level == 2


def test_unused_credit_notes_are_taken_off_or_cover_it(engine):
    put_overdue(engine, "R-1")
    with writing(engine) as connection:
        put_invoice(connection, "CN-1", 300_00, kind="credit_note")
    assert propose(engine, TERMS, on(10)).notices[0].total_minor == 700_00
    with writing(engine) as connection:
        put_invoice(connection, "CN-2", 700_00, kind="credit_note")
    assert reasons(engine, 10) == {(None, "credit_covers")}


def test_a_customer_without_an_address_is_held_back_unless_letters_leave_otherwise(engine):
    with writing(engine) as connection:
        put_invoice(connection, "R-1", 1000_00)
    assert reasons(engine, 10) == {(None, "no_address")}
    assert len(propose(engine, terms_of(Dunning(address_needed=False), "DE"), on(10)).notices) == 1


def test_a_round_has_an_end_and_the_oldest_debts_come_first(engine):
    put_overdue(engine, "R-1", customer="C-1")
    put_overdue(engine, "R-2", customer="C-2", on=-5)
    proposal = propose(engine, terms_of(Dunning(max_letters=1), "DE"), on(10))
    assert [each.customer_id for each in proposal.notices] == ["C-2"]
    assert [each.customer_id for each in proposal.next_round] == ["C-1"]


def test_currencies_are_never_in_one_letter(engine):
    put_overdue(engine, "R-1")
    put_overdue(engine, "R-2", currency="JPY")
    assert [(each.currency, each.total_minor) for each in propose(engine, TERMS, on(10)).notices] == [
        ("EUR", 1000_00),
        ("JPY", 1000_00),
    ]


def test_the_key_refuses_a_level_twice_and_rows_are_never_changed(engine):
    put_overdue(engine, "R-1")
    run(engine, 10)
    row = {"notice_id": 1, "invoice_id": 1, "level": 1, "days_overdue": 1, "open_minor": 1}
    row |= dict.fromkeys(("interest_minor", "lump_sum_minor", "fee_minor", "earlier_minor"), 0)
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(insert(dunned_invoices).values(row))
    for table in (dunning_notices, dunned_invoices):
        with pytest.raises(DatabaseError, match="append-only"), writing(engine) as connection:
            connection.execute(delete(table))
    with pytest.raises(DatabaseError, match="append-only"), writing(engine) as connection:
        connection.execute(update(dunned_invoices).values(fee_minor=1))


@pytest.mark.parametrize(
    ("say", "error", "sentence"),
    [
        (lambda who: promise(who, "R-1", on(-1), today=DUE), BadInput, "2026-03-31 has passed"),
        (lambda who: promise(who, "R-1", on(9), 1000_01, today=DUE), NotAllowed, "Only 1000.00 EUR of R-1"),
        (lambda who: promise(who, "R-1", on(9), 0, today=DUE), BadInput, "more than nothing"),
        (lambda who: promise(who, "R-9", on(9), today=DUE), NotFound, "No invoice R-9"),
        (lambda who: promise(who, "CN", on(9), today=DUE), NotAllowed, "CN is a credit note"),
        (lambda who: stop(who, "C-9", until=None, today=DUE), NotFound, "No customer C-9"),
        (lambda who: stop(who, "C-1", until=on(-1), today=DUE), BadInput, "has passed"),
        (lambda who: stop(who._replace(reason=" "), "C-1", until=None, today=DUE), BadInput, "Why is C-1"),
        (lambda who: resume(who, "C-9"), NotFound, "No customer C-9"),
    ],
)
def test_what_makes_no_sense_is_refused(engine, clerk, say, error, sentence):
    put_overdue(engine, "R-1")
    with writing(engine) as connection:
        put_invoice(connection, "CN", kind="credit_note")
        put_customers(connection, "C-1")
    with pytest.raises(error, match=sentence):
        say(clerk)
    with reading(engine) as connection:
        for table in (payment_promises, dunning_stops, audit):
            assert connection.execute(select(table)).all() == []
        assert connection.execute(select(customers.c.id)).scalars().all() == ["C-1"]


def test_a_letter_that_was_changed_made_up_or_lost_shows_in_the_audit(engine):
    put_overdue(engine, "R-1")
    run(engine, 10)
    run(engine, 24)

    def problems():
        with reading(engine) as connection:
            return [each for each in audit_check.examine(connection)[1] if "Letter" in each]

    assert problems() == []
    with writing(engine) as connection:  # as somebody would who owns the database
        for name in ("dunning_notices_no_update", "dunning_notices_no_delete"):
            on_table = "" if engine.dialect.name == "sqlite" else " ON dunning_notices"
            connection.exec_driver_sql(f"DROP TRIGGER {name}{on_table}")
        connection.execute(update(dunning_notices).where(dunning_notices.c.id == 2).values(total_minor=1))
    assert problems() == ["Letter 2 to C-1 is not what was sent: it was changed."]
    with writing(engine) as connection:
        connection.execute(
            update(dunning_notices).where(dunning_notices.c.id == 2).values(total_minor=1046_75)
        )
        made_up = connection.execute(select(dunning_notices).where(dunning_notices.c.id == 2)).one()
        event = insert(outbox).values(event="x", subject="x", payload="{}", created_at=NOW)
        outbox_id = connection.execute(event.returning(outbox.c.id)).scalar_one()
        row = made_up._asdict() | {"id": 3, "outbox_id": outbox_id}
        connection.execute(insert(dunning_notices).values(row))
    assert problems() == ["Letter 3 to C-1 has no audit entry."]
