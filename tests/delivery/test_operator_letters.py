"""Operators are told by e-mail of KPIs and held builds, in words; customers never are."""

from datetime import timedelta

import pytest

from fakturo.delivery.receivers import receivers_of
from fakturo.errors import BadSetting, FailedCheck
from fakturo.ledger.outbox.held_builds import hold_back, publish_again
from fakturo.ledger.outbox.kpi_alerts import Origin, tell
from fakturo.settings import load
from tests.alerting.made_kpis import DEFAULT, measured

BOTH = ("ops@seller.example", "cfo@seller.example")


@pytest.fixture
def manned(mailing, serve):
    """Settings of a house whose operators are told by e-mail."""
    return mailing(serve(), operators=BOTH, events=())


@pytest.fixture
def go_bad(clock):
    def read(engine, value, number):
        origin = Origin(f"20260510T0954{number:02}.000000Z", clock.now + timedelta(hours=number))
        tell(engine, [measured("collection_rate", value)], DEFAULT, origin)

    return read


def test_a_kpi_beyond_its_level_is_mailed_to_all_operators_in_one_letter(
    engine, post, manned, go, go_bad, statuses
):
    go_bad(engine, 72.4, 0)
    go(engine, manned)
    ((envelope, message, _),) = post.letters
    assert envelope.rcpt_tos == list(BOTH)
    assert message["To"] == "ops@seller.example, cfo@seller.example"
    assert message["Subject"] == "Critical: Collection rate EUR is 72.4 %"
    assert message["Message-ID"] == f"<{message['Fakturo-Event-Id']}@seller.example>"
    text = message.get_content()
    assert "Collection rate EUR is 72.4 %: critical; warning below 85 %, critical below 75 %" in text
    assert "It was well before. Warning is at 85, critical at 75; lower is worse." in text
    assert "fakturo alerts" in text
    assert statuses(engine) == [("collection_rate:EUR", "email", "delivered", 250)]


def test_easing_is_no_letter_and_the_all_clear_is_one(sqlite_engine, post, manned, go, go_bad):
    for number, value in enumerate((84, 72, 80, 90)):
        go_bad(sqlite_engine, value, number)
    go(sqlite_engine, manned)
    assert [message["Subject"] for _, message, _ in post.letters] == [
        "Warning: Collection rate EUR is 84.0 %",
        "Critical: Collection rate EUR is 72.0 %",
        "All clear: Collection rate EUR is 90.0 %",
    ]
    assert "It was warning before." in post.letters[2][1].get_content()


def test_a_build_that_was_held_back_is_mailed_and_the_next_publish_too(
    sqlite_engine, post, manned, go, clock
):
    check = FailedCheck("rows_vanished", 2, ("orders", "ann@buyer.example"))
    hold_back(sqlite_engine, "p1", "The build was not published: rows_vanished.", [check], now=clock.now)
    publish_again(sqlite_engine, "p2", now=clock.now)
    go(sqlite_engine, manned)
    held, again = (message for _, message, _ in post.letters)
    assert held["Subject"] == "The warehouse was held back"
    text = held.get_content()
    assert "The build was not published: rows_vanished." in text
    assert "- rows_vanished, 2 rows: orders, " in text
    assert "ann@" not in text
    assert again["Subject"] == "The warehouse is published again"
    assert "Publish p2 passed all checks" in again.get_content()


def test_only_the_events_asked_for_are_mailed(sqlite_engine, post, serve, mailing, go, go_bad):
    go_bad(sqlite_engine, 84, 0)
    go_bad(sqlite_engine, 72, 1)
    go(sqlite_engine, mailing(serve(), operators=BOTH, operator_events=("kpi.critical",)))
    ((_, message, _),) = post.letters
    assert message["Subject"].startswith("Critical: ")


def test_without_operators_nobody_is_told_and_customers_get_their_invoices(
    sqlite_engine, post, serve, mailing, bill, go, go_bad
):
    bill(sqlite_engine, "INV-1")
    go_bad(sqlite_engine, 72, 0)
    go(sqlite_engine, mailing(serve()))
    ((envelope, _, _),) = post.letters
    assert envelope.rcpt_tos == ["ann@buyer.example"]


def test_an_operator_gets_no_invoice(sqlite_engine, post, serve, mailing, bill, go, go_bad):
    bill(sqlite_engine, "INV-1")
    go_bad(sqlite_engine, 72, 0)
    go(sqlite_engine, mailing(serve(), operators=BOTH))
    told = {message["Subject"]: envelope.rcpt_tos for envelope, message, _ in post.letters}
    assert told == {
        "Invoice INV-1 from Blue Door Ltd": ["ann@buyer.example"],
        "Critical: Collection rate EUR is 72.0 %": list(BOTH),
    }


def test_an_event_that_waited_until_no_operator_was_left_is_skipped(
    sqlite_engine, post, serve, mailing, go, go_bad, clock, statuses
):
    go_bad(sqlite_engine, 72, 0)
    go(sqlite_engine, mailing(9, operators=BOTH))  # nobody listens there
    clock.move(hours=5)
    go(sqlite_engine, mailing(serve()))
    assert statuses(sqlite_engine) == [("collection_rate:EUR", "email", "skipped", None)]
    assert post.letters == []


def test_a_webhook_takes_kpis_by_their_kind(sqlite_engine, hooks, told, go, go_bad):
    settings = told(erp=(hooks, {"events": ["kpi.*"]}), books=(hooks, {"events": ["invoice.*"]}))
    go_bad(sqlite_engine, 72, 0)
    go(sqlite_engine, settings)
    (request,) = hooks.requests
    assert request.headers["fakturo-event"] == "kpi.critical"
    assert b'"headline":"Collection rate EUR is 72.0 %"' in request.body


def test_an_operator_is_an_address(monkeypatch):
    monkeypatch.setenv("FAKTURO_EMAIL_OPERATORS", '["ops@seller.example", "the boss"]')
    with pytest.raises(BadSetting, match="'the boss', which is not allowed"):
        load(_env_file=None)


def test_operators_alone_make_e_mail_a_receiver(mailing):
    assert [each.name for each in receivers_of(mailing(25, events=()))] == []
    (receiver,) = receivers_of(mailing(25, events=(), operators=BOTH))
    assert receiver.wants("kpi.critical")
    assert receiver.wants("warehouse.held_back")
    assert not receiver.wants("invoice.issued")
