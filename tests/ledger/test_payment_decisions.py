"""What persons decide about payments: within the balances, audited, and never moved by the rules."""

import json

import pytest
from sqlalchemy import select

from fakturo.errors import BadInput, NotAllowed, NotFound
from fakturo.ledger.open import reading, writing
from fakturo.ledger.payment_tables import customer_payers
from fakturo.ledger.payments.allocating import allocate
from fakturo.ledger.payments.decisions import (
    Decider,
    allocate_by_person,
    refund,
    take_back_write_off,
    unallocate,
    write_off,
)
from fakturo.ledger.tables import audit
from fakturo.setting_groups.receivables import Receivables
from tests.ledger.made_receivables import NOW, broken_laws, net, put_invoice, put_payment, statuses


@pytest.fixture
def decider(engine):
    return Decider(engine, "anna", NOW, "phoned")


def run(engine):
    done = allocate(engine, now=NOW, actor="rules", settings=Receivables())
    assert done.stuck == ()
    assert broken_laws(engine) == []


def test_a_person_puts_a_payment_where_no_rule_would(engine, decider):
    with writing(engine) as connection:
        put_invoice(connection, "INV-1")
        put_payment(connection, "P", 60_00, "no idea")
    run(engine)
    assert net(engine) == {}
    assert allocate_by_person(decider, "P", "INV-1") == 60_00
    run(engine)
    assert net(engine) == {("P", "INV-1", "payment", 10, "person"): 60_00}
    assert statuses(engine) == {"INV-1": "partial"}
    with reading(engine) as connection:
        entry = connection.execute(select(audit)).one()
    assert (entry.actor, entry.action, entry.subject) == ("anna", "payment.allocated", "payment:1")
    assert json.loads(entry.details) == {
        "amounts_minor": [60_00],
        "currency": "EUR",
        "number": "INV-1",
        "reason": "phoned",
    }


def test_what_a_person_took_off_stays_off(engine, decider):
    with writing(engine) as connection:
        put_invoice(connection, "INV-2026-1")
        put_payment(connection, "P", text="INV-2026-1")
    run(engine)
    assert unallocate(decider, "P") == 100_00
    for _ in range(2):
        run(engine)
        assert {sum(net(engine).values())} == {0}
        assert statuses(engine) == {"INV-2026-1": "open"}
    assert allocate_by_person(decider, "P", "INV-2026-1", 30_00) == 30_00
    run(engine)
    assert statuses(engine) == {"INV-2026-1": "partial"}


@pytest.mark.parametrize(
    ("payment", "invoice", "amount", "sentence"),
    [
        ("P", "INV-1", 60_01, "60.01 EUR is more than the 60.00 EUR that payment 1 has."),
        ("P", "INV-2", 50_01, "50.01 EUR is more than the 50.00 EUR that INV-2 has."),
        ("P", "INV-3", None, "different currencies are never put together"),
        ("P", "INV-4", None, "INV-4 is a credit note"),
        ("Q", "INV-1", None, "No payment Q"),
        ("P", "INV-9", None, "No invoice INV-9"),
        ("P", "INV-1", 0, "An amount is more than nothing"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(engine, decider, payment, invoice, amount, sentence):
    with writing(engine) as connection:
        put_invoice(connection, "INV-1")
        put_invoice(connection, "INV-2", 50_00)
        put_invoice(connection, "INV-3", currency="USD")
        put_invoice(connection, "INV-4", kind="credit_note")
        put_payment(connection, "P", 60_00)
    with pytest.raises((NotAllowed, NotFound, BadInput), match=sentence):
        allocate_by_person(decider, payment, invoice, amount)
    assert net(engine) == {}


def test_a_write_off_needs_a_reason_and_may_be_taken_back(engine, decider):
    with writing(engine) as connection:
        put_invoice(connection, "INV-1")
        put_payment(connection, "P", 99_00, "INV-1")
    run(engine)
    with pytest.raises(BadInput, match="Why is INV-1 written off"):
        write_off(decider._replace(reason=" "), "INV-1")
    assert write_off(decider, "INV-1") == 1_00
    run(engine)
    assert statuses(engine) == {"INV-1": "written_off"}
    with pytest.raises(NotAllowed, match="Nothing is left of INV-1"):
        write_off(decider, "INV-1")
    assert take_back_write_off(decider, "INV-1") == 1_00
    assert statuses(engine) == {"INV-1": "partial"}


def test_a_promised_refund_is_met_by_the_money_that_goes_out_later(engine, decider):
    with writing(engine) as connection:
        put_invoice(connection, "INV-1")
        put_payment(connection, "P", 120_00, "INV-1", customer_id="C-1")
    run(engine)
    assert refund(decider, "P") == 20_00
    with pytest.raises(NotAllowed, match="Nothing is left of payment 1"):
        refund(decider, "P")
    with writing(engine) as connection:
        put_payment(connection, "R", -20_00, customer_id="C-1", on=30)
    run(engine)
    assert net(engine) == {
        ("P", "INV-1", "payment", 10, "reference"): 100_00,
        ("P", "-", "refund", 10, "person"): 20_00,
        ("R", "-", "refund", 30, "credit"): -20_00,
    }


def test_a_person_says_which_payment_was_paid_back(engine, decider):
    with writing(engine) as connection:
        put_payment(connection, "P", 50_00)
        put_payment(connection, "R", -30_00, "to somebody", on=20)
    assert refund(decider, "P", by="R") == 30_00
    run(engine)
    assert net(engine) == {
        ("P", "-", "refund", 20, "person"): 30_00,
        ("R", "-", "refund", 20, "person"): -30_00,
    }
    with pytest.raises(NotAllowed, match="pays back money that came in"):
        refund(decider, "R", by="P")


def test_money_that_went_out_reopens_an_invoice_by_hand(engine, decider):
    with writing(engine) as connection:
        put_invoice(connection, "INV-1")
        put_payment(connection, "P", text="INV-1")
        put_payment(connection, "C", -100_00, kind="chargeback", on=5)
    run(engine)
    assert allocate_by_person(decider, "C", "INV-1") == -100_00
    run(engine)
    assert net(engine)["C", "INV-1", "payment", 10, "person"] == -100_00
    assert statuses(engine) == {"INV-1": "open"}


def test_a_chargeback_takes_back_what_a_person_had_decided(engine, decider):
    with writing(engine) as connection:
        put_invoice(connection, "INV-1")
        put_payment(connection, "P", text="no idea")
    allocate_by_person(decider, "P", "INV-1")
    with writing(engine) as connection:
        put_payment(connection, "C", -100_00, kind="chargeback", reverses="P", on=40)
    run(engine)
    assert statuses(engine) == {"INV-1": "open"}
    with pytest.raises(NotAllowed, match="Another payment rests on this one"):
        unallocate(decider, "P")


def learned(engine):
    with reading(engine) as connection:
        query = select(customer_payers.c.payer_key, customer_payers.c.customer_id)
        return dict(connection.execute(query).tuples().all())


def test_a_payer_is_learned_and_used_and_forgotten_with_the_decision(engine, decider):
    with writing(engine) as connection:
        put_invoice(connection, "INV-1")
        put_invoice(connection, "INV-2", 50_00)
        put_payment(connection, "P", payer="Holding", payer_account="gb33 1")
        put_payment(connection, "Q", 50_00, payer="Holding", payer_account="GB331", on=30)
    allocate_by_person(decider, "P", "INV-1")
    assert learned(engine) == {"GB331": "C-1"}
    run(engine)
    assert net(engine)["Q", "INV-2", "payment", 30, "amount"] == 50_00
    unallocate(decider, "P")
    assert learned(engine) == {}
    run(engine)
    assert statuses(engine) == {"INV-1": "open", "INV-2": "open"}


def test_a_payer_who_pays_for_two_clients_proves_nothing(engine, decider):
    with writing(engine) as connection:
        put_invoice(connection, "INV-1")
        put_invoice(connection, "INV-2", customer="C-2")
        for reference in "PQR":
            put_payment(connection, reference, 40_00, payer="Holding")
    allocate_by_person(decider, "P", "INV-1")
    assert learned(engine) == {"HOLDING": "C-1"}
    allocate_by_person(decider, "Q", "INV-2")
    assert learned(engine) == {}
    allocate_by_person(decider, "R", "INV-2")
    assert learned(engine) == {}


def test_one_invoice_of_several_is_taken_off(engine, decider):
    with writing(engine) as connection:
        put_invoice(connection, "INV-11")
        put_invoice(connection, "INV-12", 50_00)
        put_payment(connection, "P", 150_00, "INV-11 INV-12")
    run(engine)
    assert unallocate(decider, "P", "INV-12") == 50_00
    run(engine)
    assert statuses(engine) == {"INV-11": "paid", "INV-12": "open"}
    with pytest.raises(NotAllowed, match="Payment 1 is not on INV-12"):
        unallocate(decider, "P", "INV-12")


@pytest.mark.parametrize("rules_ran_before", [False, True])
def test_a_day_on_which_nothing_came_to_stand_dates_no_later_decision(engine, decider, rules_ran_before):
    with writing(engine) as connection:
        put_invoice(connection, "INV-2026-1", 30_00)
        put_payment(connection, "P", 10_00, "INV-2026-1", on=21)
    if rules_ran_before:
        run(engine)
        assert net(engine) == {("P", "INV-2026-1", "payment", 21, "reference"): 10_00}
    with writing(engine) as connection:
        put_invoice(connection, "CN-2026-1", 30_00, on=7, kind="credit_note", corrects="INV-2026-1")
        put_payment(connection, "R", -20_00, on=3)
    run(engine)
    assert allocate_by_person(decider, "R", "INV-2026-1") == -20_00
    assert net(engine)["R", "INV-2026-1", "payment", 7, "person"] == -20_00
