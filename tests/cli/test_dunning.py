"""`fakturo dunning …` as a person types it."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from fakturo.ledger.open import writing
from fakturo.ledger.tables import customers
from tests.ledger.made_receivables import put_invoice, put_payment

TODAY = datetime(2026, 4, 25, 12, tzinfo=UTC)
"""24 days after 2026-04-01, on which an invoice of the ledger is due."""


@pytest.fixture
def ledger(sqlite_engine, monkeypatch):
    """Three customers: one overdue, one with money that waits, one without an address."""
    monkeypatch.setattr("fakturo.clock.utc_now", lambda: TODAY)
    monkeypatch.setenv("FAKTURO_SELLER_COUNTRY", "DE")
    monkeypatch.setenv("FAKTURO_DUNNING_ENABLED", "true")
    with writing(sqlite_engine) as connection:
        put_invoice(connection, "R-1", 1000_00)
        put_invoice(connection, "R-2", 50_00, on=20)
        put_invoice(connection, "R-3", 200_00, customer="C-2")
        put_invoice(connection, "R-4", 300_00, customer="C-3")
        put_payment(connection, "P", 10_00, customer_id="C-2")
        told = json.dumps({"email": "payables@example.com"})
        connection.execute(update(customers).where(customers.c.id != "C-3").values(content=told))
    return sqlite_engine


def test_an_empty_ledger_says_so(run, sqlite_engine):
    assert run("dunning", "list", "--as-of", "2026-04-25").stdout == "Nothing is overdue on 2026-04-25.\n"


def test_the_list_says_who_gets_a_letter_who_does_not_and_the_sums(run, ledger):
    told = [" ".join(line.split()) for line in run("dunning", "list").stdout.splitlines()]
    assert told[0] == "Letters of 2026-04-25 (1)"
    assert told[2] == "C-1 1 reminder 2 24 1,050.00 EUR 1,050.00 EUR"
    assert (
        "C-2 all 200.00 EUR 10.00 EUR of this customer stand on no invoice: fakturo payments list --waiting"
        in told
    )
    assert "C-3 all 300.00 EUR No e-mail address is known; bring it with fakturo import customers." in told
    assert "C-1 R-2 50.00 EUR Level 1 on 2026-05-01." in told
    assert "EUR 1,050.00 EUR 0.00 EUR 1,050.00 EUR 500.00 EUR" in told
    only = run("dunning", "list", "--customer", "C-3").stdout
    assert "C-3" in only
    assert "C-1" not in only


def test_off_nothing_is_sent_and_the_list_says_how_to_turn_it_on(run, ledger, monkeypatch):
    monkeypatch.setenv("FAKTURO_DUNNING_ENABLED", "false")
    assert "Dunning is off" in run("dunning", "list").stdout
    done = run("dunning", "run")
    assert done.exit_code == 1
    assert "Nothing was sent." in str(done.exception)


def test_run_sends_what_the_dry_run_shows_once(run, ledger):
    assert "Letters of 2026-04-25 (1)" in run("dunning", "run", "--dry-run").stdout
    told = run("dunning", "run").stdout
    assert "1 letters are in the outbox, 0 of the proposed were dropped" in told
    assert "0 letters are in the outbox" in run("dunning", "run").stdout


def test_letters_bear_the_day_on_which_they_are_sent(run, ledger):
    done = run("dunning", "run", "--as-of", "2026-05-25")
    assert done.exit_code == 1
    assert "2026-05-25 is not today" in str(done.exception)
    assert "Letters of 2026-05-25" in run("dunning", "run", "--dry-run", "--as-of", "2026-05-25").stdout


def test_show_tells_an_invoice_s_story(run, ledger, monkeypatch):
    run("dunning", "run")
    monkeypatch.setattr("fakturo.clock.utc_now", lambda: TODAY.replace(month=5, day=6))
    assert run("dunning", "run").exit_code == 0
    run("dunning", "promise", "R-1", "2026-05-20", "400", "--reason", "by phone")
    told = run("dunning", "show", "R-1").stdout
    assert "R-1 of C-1: 1,000.00 EUR open, 35 days overdue, level 2" in told
    assert "1 reminder" in told
    assert "2 notice" in told
    assert "40.00 EUR" in told
    assert "in the outbox" in told
    assert "400.00 EUR promised by 2026-05-20, noted by" in told
    assert "open. by phone" in told
    assert "Now: 400.00 EUR are promised by 2026-05-20." in told
    assert "No letter was sent about it." in run("dunning", "show", "R-4").stdout


def test_stop_and_resume(run, ledger):
    assert "C-1 gets no letters until resumed." in run("dunning", "stop", "C-1", "--reason", "dispute").stdout
    told = run("dunning", "list", "--customer", "C-1").stdout
    assert "Stopped: dispute" in told
    assert "Letters to C-1 are stopped: dispute" in run("dunning", "show", "R-1").stdout
    assert run("dunning", "resume", "C-1").stdout == "C-1 is dunned again.\n"
    assert "Letters of 2026-04-25 (1)" in run("dunning", "list").stdout
    assert "what waited for a person is looked at" in run("dunning", "resume", "C-2").stdout
    until = run("dunning", "stop", "C-1", "--reason", "holiday", "--until", "2026-04-30").stdout
    assert until == "C-1 gets no letters until 2026-04-30.\n"


def test_a_promise_says_what_it_took(run, ledger):
    assert run("dunning", "promise", "R-1", "2026-05-20").stdout == (
        "1,000.00 EUR of R-1 are promised by 2026-05-20; no letters until then.\n"
    )
    assert run("dunning", "promise", "R-1", "2026-05-20", "1,5").exit_code == 1


def test_a_narrow_screen_shows_what_matters(run, ledger, monkeypatch):
    from fakturo.cli.terminal.screen import console

    monkeypatch.setattr(console, "_width", 80)
    assert "interest" not in run("dunning", "list").stdout
