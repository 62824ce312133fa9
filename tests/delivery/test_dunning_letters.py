"""Letters about overdue invoices: over a real SMTP server, as text and HTML, withdrawn when paid."""

# ruff: noqa: RUF001  dashes and signs as the letters have them

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from fakturo.delivery.dunning_letter import Table, as_text
from fakturo.dunning.terms import terms_of
from fakturo.ledger.delivery_tables import delivery_log
from fakturo.ledger.dunning.sending import Work, propose, send
from fakturo.ledger.open import writing
from fakturo.ledger.payment_tables import payments
from fakturo.ledger.payments.decisions import Decider, allocate_by_person, write_off
from fakturo.ledger.tables import customers, outbox
from fakturo.setting_groups.dunning import Dunning
from tests.ledger.made_receivables import put_payment

DUE = date(2026, 4, 1)
BANK = {"name": "Blue Door Ltd", "iban": "DE89370400440532013000", "bank": None, "country": "DE"}


def dun(engine, now, days):
    terms = terms_of(Dunning(), "DE")
    return send(engine, propose(engine, terms, DUE + timedelta(days=days)), Work(terms, now, "dunner"))


@pytest.fixture
def overdue(engine, bill, now):
    """Two invoices of 1,234.50, the event of their issue gone; dunned so many days after they were due."""

    def made(*days, **changes):
        bill(engine, "INV-2026-000001", **changes)
        bill(engine, "INV-2026-000002", **changes)
        with writing(engine) as connection:
            connection.execute(delete(outbox))
        for each in days:
            assert len(dun(engine, now, each).letters) == 1
        with writing(engine) as connection:  # only the last letter is on its way
            newest = select(outbox.c.id).order_by(outbox.c.id.desc()).limit(1).scalar_subquery()
            connection.execute(update(outbox).where(outbox.c.id != newest).values(sent_at=now))

    return made


@pytest.fixture
def mailing_bank(mailing):
    def made(port, **more):
        given = mailing(port, **more)
        seller = given.seller.model_copy(update=BANK)
        return given.model_copy(update={"seller": seller})

    return made


def text_of(message):
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_a_reminder_asks_for_the_payee(post, serve, mailing, overdue, go, engine):
    overdue(10)
    given = mailing(serve())
    seller = given.seller.model_copy(update=BANK | {"payee_name": "Factor Bank AG"})
    go(engine, given.model_copy(update={"seller": seller}))
    text = text_of(post.letters[0][1])
    assert "\nFactor Bank AG\nIBAN DE89370400440532013000\n" in text


def test_a_reminder_lists_the_invoices_says_where_to_pay_and_brings_copies(
    engine, post, serve, mailing_bank, overdue, go, statuses
):
    overdue(10)
    go(engine, mailing_bank(serve()))
    ((envelope, message, _),) = post.letters
    assert envelope.rcpt_tos == ["ann@buyer.example"]
    assert message["Subject"] == "Payment reminder from Blue Door Ltd: 2,469.00 EUR"
    assert message["To"] == "Ann Archer <ann@buyer.example>"
    text = text_of(message)
    assert (
        """
Invoice          Due         Days      Open  Interest  Costs  Together
----------------------------------------------------------------------
INV-2026-000001  1 Apr 2026    10  1,234.50         –      –  1,234.50
INV-2026-000002  1 Apr 2026    10  1,234.50         –      –  1,234.50
----------------------------------------------------------------------
                                                 To pay, EUR  2,469.00
""".strip()
        in text
    )
    assert "Please pay 2,469.00 EUR by 18 April 2026." in text
    assert "IBAN DE89370400440532013000" in text
    assert [each.get_filename() for each in message.iter_attachments()] == [
        "INV-2026-000001.pdf",
        "INV-2026-000002.pdf",
    ]
    html = message.get_body(("html",)).get_content()
    assert html.count("<tr>") == 4
    assert "Please pay 2,469.00 EUR by 18 April 2026." in html
    assert statuses(engine) == [("customer:C-1", "email", "delivered", 250)]


def test_a_notice_in_german_shows_how_the_interest_comes_about(
    engine, post, serve, mailing_bank, overdue, go
):
    """Each: 1,234.50 x .1027 x 24 / 365 = 8.3365, and 40.00: 2 x 1,282.84 = 2,565.68."""
    overdue(10, 24, language="de")
    go(engine, mailing_bank(serve()))
    ((_, message, _),) = post.letters
    assert message["Subject"] == "Mahnung von Blue Door Ltd: 2.565,68 EUR"
    text = text_of(message)
    assert "INV-2026-000001: 1.234,50 × 10,27 % × 24 Tage (02.04.2026 – 25.04.2026)" in text
    assert "8,34" in text
    assert "Bitte zahlen Sie 2.565,68 EUR bis zum 2. Mai 2026." in text


def test_what_came_in_since_the_letter_was_written_is_taken_off(
    engine, post, serve, mailing_bank, overdue, go, now
):
    overdue(10)
    with writing(engine) as connection:
        put_payment(connection, "P", 1234_50, customer_id="C-1")
    allocate_by_person(Decider(engine, "anna", now), "P", "INV-2026-000001")
    go(engine, mailing_bank(serve()))
    ((_, message, _),) = post.letters
    assert message["Subject"].endswith(": 1,234.50 EUR")
    assert "−1,234.50" in text_of(message)


def test_a_letter_whose_invoices_are_settled_is_withdrawn(
    engine, post, serve, mailing_bank, overdue, go, now, statuses
):
    overdue(10)
    for number in ("INV-2026-000001", "INV-2026-000002"):
        write_off(Decider(engine, "anna", now, "gone"), number)
    tally = go(engine, mailing_bank(serve()))
    assert post.letters == []
    assert statuses(engine) == [("customer:C-1", "email", "withdrawn", None)]
    assert tally.in_words() == "0 delivered, 1 withdrawn (email)."
    with engine.connect() as connection:
        tried = connection.execute(select(delivery_log.c.outcome, delivery_log.c.error)).one()
    assert tuple(tried) == ("withdrawn", "All invoices of the letter were settled before it could leave.")


def test_webhooks_are_told_or_not_by_the_same_look(engine, hooks, told, overdue, go, now, statuses):
    overdue(10)
    go(engine, told(erp=hooks))
    (request,) = hooks.accepted
    body = json.loads(request.body)
    assert (body["event"], body["subject"]) == ("customer.dunned", "customer:C-1")
    assert body["data"]["total_minor"] == 2469_00
    assert [each["number"] for each in body["data"]["invoices"]] == ["INV-2026-000001", "INV-2026-000002"]


def test_a_letter_waits_for_no_document_and_goes_without_those_that_are_missing(
    engine, post, serve, mailing_bank, overdue, go
):
    overdue(10, pdf=False)
    go(engine, mailing_bank(serve()))
    ((_, message, _),) = post.letters
    assert list(message.iter_attachments()) == []
    assert "attached" not in text_of(message)


def test_the_client_s_own_address_comes_before_the_one_on_the_invoice(
    engine, post, serve, mailing_bank, overdue, go
):
    overdue(10)
    with writing(engine) as connection:
        connection.execute(update(customers).values(content='{"id": "C-1", "email": "new@buyer.example"}'))
    go(engine, mailing_bank(serve()))
    assert post.letters[0][0].rcpt_tos == ["new@buyer.example"]


def test_without_an_address_nothing_is_sent(engine, post, serve, mailing_bank, bill, go, now, statuses):
    bill(engine, "INV-2026-000001", email=None)
    with writing(engine) as connection:
        connection.execute(delete(outbox))
    terms = terms_of(Dunning(address_needed=False), "DE")
    send(engine, propose(engine, terms, DUE + timedelta(days=10)), Work(terms, now, "dunner"))
    go(engine, mailing_bank(serve()))
    assert statuses(engine) == [("customer:C-1", "email", "skipped", None)]


def test_names_from_outside_are_text_in_html(engine, post, serve, mailing_bank, bill, go, now):
    bill(engine, "INV-2026-<b>1")
    with writing(engine) as connection:
        connection.execute(delete(outbox))
        assert connection.execute(select(payments)).all() == []
    dun(engine, now, 10)
    go(engine, mailing_bank(serve(), attach=False, link="https://portal.example/{number}"))
    html = post.letters[0][1].get_body(("html",)).get_content()
    assert "INV-2026-&lt;b&gt;1" in html
    assert "<b>" not in html


def test_the_text_table_keeps_its_columns():
    table = Table(
        ["No", "Due", "Sum"], [["A", "1 May", "5.00"], ["BB", "12 May", "10.00"]], [("Pay", "15.00 EUR")]
    )
    assert as_text(table).splitlines() == [
        "No  Due           Sum",
        "---------------------",
        "A   1 May        5.00",
        "BB  12 May      10.00",
        "---------------------",
        "       Pay  15.00 EUR",
    ]
