"""`fakturo payments …` as a person types it."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from fakturo.errors import NotFound
from fakturo.ledger.delivery_tables import deliveries
from fakturo.ledger.open import reading, writing
from fakturo.ledger.payments.cases import find_payment, open_payment
from fakturo.ledger.tables import outbox
from fakturo.receivables.terms import Terms
from tests.ledger.made_receivables import broken_laws, put_customers, put_invoice, put_payment, statuses


@pytest.fixture
def ledger(either, monkeypatch):
    """Two invoices; a payment that names one, and one of somebody called almost like the other's client."""
    monkeypatch.setattr("fakturo.clock.utc_now", lambda: datetime(2026, 3, 22, 12, tzinfo=UTC))
    with writing(either) as connection:
        put_customers(connection, **{"C-1": "Blue Door Ltd", "C-2": "Red Barn GmbH"})
        put_invoice(connection, "INV-2026-00001")
        put_invoice(connection, "INV-2026-00002", 1_250_00, customer="C-2")
        put_payment(connection, "P", text="INV 2026 1")
        put_payment(connection, "Q", 1_250_00, "thanks", payer="Red Barn Gmbh & Co")
    return either


def test_an_empty_list_says_so(run, either):
    assert run("payments", "list").stdout == "There are no payments yet.\n"
    assert run("payments", "list", "--waiting").stdout == "No payment waits for a person.\n"


def test_match_says_what_it_did_and_what_is_left(run, ledger):
    told = run("payments", "match").stdout
    assert "2 payments looked at, 1 allocations written, 0 taken back." in told
    assert "1 payments wait with 1,250.00 EUR: fakturo payments list" in told
    assert statuses(ledger) == {"INV-2026-00001": "paid", "INV-2026-00002": "open"}


def test_the_list_shows_what_waits_first(run, ledger):
    run("payments", "match")
    lines = [each.rstrip() for each in run("payments", "list").stdout.splitlines()]
    assert lines[0] == "Payments (2)"
    assert lines[1].split() == ["id", "day", "age", "payer", "client", "amount", "not", "allocated", "text"]
    assert "Red Barn Gmbh & Co" in lines[2]
    assert lines[2].count("1,250.00 EUR") == 2
    assert "10 d" in lines[2]
    assert "INV 2026 1" in lines[3]
    assert "What the first may be for: fakturo payments show 2" in lines
    assert "Red Barn" in run("payments", "list", "--waiting").stdout


def test_show_proposes_with_reasons_and_the_command(run, ledger):
    run("payments", "match")
    told = run("payments", "show", "2").stdout
    assert "Payment 2: 1,250.00 EUR on 2026-03-12, bank Q" in told
    assert "Nothing says who paid." in told
    assert "1. INV-2026-00002 of C-2: 1,250.00 EUR, score" in told
    assert "the name is like Red Barn GmbH; the amount is what is open" in told
    assert "fakturo payments allocate 2 INV-2026-00002 --amount 1250.00" in told


def test_the_proposed_command_settles_and_is_shown(run, ledger):
    told = run("payments", "allocate", "2", "INV-2026-00002", "--amount", "1250.00", "--reason", "phoned")
    assert told.stdout == "1,250.00 EUR of payment 2 settle INV-2026-00002.\n"
    shown = run("payments", "show", "Q").stdout
    assert "phoned" in shown
    assert "Nothing is left to allocate." in shown
    assert run("payments", "unallocate", "2").stdout.startswith("1,250.00 EUR of payment 2 are free again")
    assert statuses(ledger)["INV-2026-00002"] == "open"


def test_write_off_and_back(run, ledger):
    refused = run("payments", "write-off", "INV-2026-00001", "--amount", "0.50")
    assert "Why is INV-2026-00001 written off?" in str(refused.exception)
    told = run("payments", "write-off", "INV-2026-00001", "--amount", "0.50", "--reason", "not worth it")
    assert told.stdout == "0.50 EUR of INV-2026-00001 are written off.\n"
    assert run("payments", "unallocate", "INV-2026-00001").stdout == "INV-2026-00001 is owed again.\n"


def test_a_refund_is_promised(run, ledger):
    assert (
        run("payments", "refund", "Q", "--amount", "250").stdout == "250.00 EUR of payment Q are paid back.\n"
    )


@pytest.mark.parametrize("amount", ["12,50", "1.005", "NaN", "much"])
def test_an_amount_that_is_none_is_refused(run, ledger, amount):
    refused = run("payments", "allocate", "Q", "INV-2026-00002", "--amount", amount)
    assert str(refused.exception) == f"{amount!r} is no amount in EUR; write it like 12.50."


def test_a_payment_that_is_not_there_is_refused(run, ledger):
    assert str(run("payments", "show", "99").exception).startswith("No payment 99;")
    assert str(run("payments", "unallocate", "99").exception).startswith("No payment 99;")


def test_a_reference_that_two_accounts_use_asks_for_the_id(ledger):
    with writing(ledger) as connection:
        put_payment(connection, "P", source="other bank")
    with reading(ledger) as connection, pytest.raises(NotFound, match=r"1 \(bank\), 3 \(other bank\)"):
        find_payment(connection, "P")


@pytest.mark.parametrize(
    ("facts", "remark"),
    [
        (
            {"reference": "D", "amount": 100_00, "text": "INV 2026 1"},
            "It looks like a duplicate of payment 1.",
        ),
        (
            {"reference": "D", "amount": 120_00, "text": "INV-2026-1", "customer_id": "C-9"},
            "The source states client C-9",
        ),
        (
            {"reference": "D", "amount": 10_00, "text": "INV-2026-1 to INV-2026-2"},
            "ranges are not guessed at",
        ),
        (
            {"reference": "D", "amount": -10_00, "reverses": "nowhere"},
            "It takes back nowhere, which has not come in",
        ),
        ({"reference": "D", "amount": -10_00}, "says of nothing what it takes back"),
        ({"reference": "D", "amount": 10_00, "text": "INV-2026-1", "currency": "USD"}, "which is in EUR"),
    ],
    ids=["duplicate", "unknown client", "range", "not come in", "money out", "currency"],
)
def test_show_says_why_a_payment_waits(run, ledger, facts, remark):
    with writing(ledger) as connection:
        put_payment(connection, **facts, on=11)
    run("payments", "match")
    with reading(ledger) as connection:
        case = open_payment(connection, "D", Terms())
    assert remark in " ".join(case.remarks)
    assert remark.split(",")[0] in run("payments", "show", "D").stdout


def test_a_credit_note_is_put_on_another_invoice_and_taken_off(run, ledger):
    with writing(ledger) as connection:
        put_invoice(connection, "INV-2026-00003", 70_00)
        put_invoice(connection, "CN-2026-00001", 50_00, kind="credit_note", corrects="INV-2026-00001")
    words = ("payments", "allocate", "CN-2026-00001", "INV-2026-00003")
    told = run(*words, "--amount", "20", "--reason", "asked")
    assert told.stdout == "20.00 EUR of CN-2026-00001 settle INV-2026-00003.\n"
    run("payments", "match")  # what is left stays the person's, though its original is open
    assert statuses(ledger)["INV-2026-00003"] == "partial"
    assert run(*words).stdout == "30.00 EUR of CN-2026-00001 settle INV-2026-00003.\n"
    assert "Nothing is left of CN-2026-00001; `fakturo payments unallocate" in str(run(*words).exception)
    free = run("payments", "unallocate", "CN-2026-00001").stdout
    assert free == "50.00 EUR of CN-2026-00001 are free; the rules leave it to you.\n"
    run("payments", "match")
    assert statuses(ledger)["INV-2026-00003"] == "open"
    assert "is on no invoice" in str(run("payments", "unallocate", "CN-2026-00001").exception)
    other = run("payments", "allocate", "CN-2026-00001", "INV-2026-00002")
    assert "a credit note settles invoices of its own client" in str(other.exception)
    assert broken_laws(ledger) == []


def test_a_credit_note_that_the_rules_have_used_is_taken_off_first(run, ledger):
    with writing(ledger) as connection:
        put_invoice(connection, "INV-2026-00003", 70_00)
        put_invoice(connection, "CN-2026-00001", 50_00, kind="credit_note", corrects="INV-2026-00003")
        put_invoice(connection, "INV-2026-00004", 50_00)
    run("payments", "match")
    assert statuses(ledger)["INV-2026-00003"] == "partial"
    assert "Nothing is left" in str(run("payments", "allocate", "CN-2026-00001", "INV-2026-00004").exception)
    run("payments", "unallocate", "CN-2026-00001", "INV-2026-00003")
    run("payments", "allocate", "CN-2026-00001", "INV-2026-00004")
    run("payments", "match")
    assert (statuses(ledger)["INV-2026-00003"], statuses(ledger)["INV-2026-00004"]) == ("open", "paid")
    assert broken_laws(ledger) == []


def test_an_import_puts_payments_on_invoices_right_away_unless_told_not_to(run, ledger, tmp_path):
    file = tmp_path / "bank.csv"
    file.write_text("date,amount,currency,payer,text\n2026-03-12,1250.00,EUR,Somebody,INV-2026-00002\n")
    run("import", "payments", str(file), "--source", "A", "--no-match")
    assert statuses(ledger) == {"INV-2026-00001": "open", "INV-2026-00002": "open"}
    file.write_text("date,amount,currency,payer,text\n2026-03-13,1.00,EUR,Somebody,thanks\n")
    told = run("import", "payments", str(file), "--source", "A").stdout
    assert "4 payments looked at, 2 allocations written" in told
    assert statuses(ledger) == {"INV-2026-00001": "paid", "INV-2026-00002": "paid"}
    assert "looked at" not in run("import", "payments", str(file), "--source", "A").stdout


def test_status_tells_of_payments_on_no_invoice_and_of_deliveries_given_up(run, ledger):
    quiet = run("status").stdout
    assert "given up" not in quiet
    assert "2 payments wait with 1,350.00 EUR on no invoice: fakturo payments list --waiting" in quiet
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    event = {"event": "invoice.issued", "subject": "INV-1", "payload": "{}", "created_at": now}
    with writing(ledger) as connection:
        key = connection.execute(insert(outbox).values(event)).inserted_primary_key[0]
        lost = {"outbox_id": key, "receiver": "erp", "subject": "INV-1", "status": "gave_up"}
        connection.execute(insert(deliveries).values(lost | {"created_at": now}))
    run("payments", "match")
    told = run("status").stdout
    assert "1 payment waits with 1,250.00 EUR on no invoice" in told
    assert re.search(r"^erp +1 +2026-03-02 09:00:00", told, re.MULTILINE)
    assert "fakturo outbox list --status gave_up" in told
