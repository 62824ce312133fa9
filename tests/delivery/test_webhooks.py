"""Webhooks over real HTTP on loopback: what is sent, and what each answer leads to."""

import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from fakturo.delivery import signing
from fakturo.ledger.delivery_tables import deliveries, delivery_log

NEW, OLD = "the-new-secret-of-erp", "the-old-secret-of-erp"


@pytest.fixture
def last_error():
    def said(engine):
        with engine.connect() as connection:
            return connection.execute(select(deliveries.c.last_error)).scalar_one()

    return said


def test_an_event_is_posted_signed_with_its_id(engine, hooks, told, happen, go, clock, statuses):
    happen(engine, "INV-2026-000001")
    tally = go(engine, told(erp=hooks))
    (request,) = hooks.requests
    body = json.loads(request.body)
    assert body["id"] == request.event_id
    assert body["event"] == request.headers["fakturo-event"] == "invoice.issued"
    assert body["subject"] == "INV-2026-000001"
    assert body["data"] == {"total_minor": 0}
    assert body["created_at"] == "2026-03-02T09:00:00+00:00"
    assert signing.holds(
        request.body, request.headers["fakturo-signature"], ["a-secret-of-the-tests"], clock()
    )
    assert statuses(engine) == [("INV-2026-000001", "erp", "delivered", 204)]
    assert tally.in_words() == "1 delivered."


def test_during_a_change_of_secrets_either_one_verifies(sqlite_engine, hooks, told, happen, go, clock):
    happen(sqlite_engine, "INV-1")
    go(sqlite_engine, told(erp=(hooks, {"secret": f"{NEW} {OLD}"})))
    (request,) = hooks.requests
    header = request.headers["fakturo-signature"]
    assert signing.holds(request.body, header, [OLD], clock())
    assert signing.holds(request.body, header, [NEW], clock())
    assert not signing.holds(request.body, header, ["another-secret-of-erp"], clock())


def test_an_event_keeps_its_id_and_body_over_attempts(engine, hooks, told, happen, go_on, statuses):
    answers = iter([500, 502, 200])
    hooks.answer = lambda _request: (next(answers), {}, b"")
    happen(engine, "INV-1")
    go_on(engine, told(erp=hooks))
    assert len({request.event_id for request in hooks.requests}) == 1
    assert len({request.body for request in hooks.requests}) == 1
    assert [request.headers["fakturo-attempt"] for request in hooks.requests] == ["1", "2", "3"]
    with engine.connect() as connection:
        query = select(delivery_log.c.outcome, delivery_log.c.http_status).order_by(delivery_log.c.id)
        log = [tuple(row) for row in connection.execute(query)]
    assert log == [("failed", 500), ("failed", 502), ("delivered", 200)]


def test_410_ends_the_event_for_that_receiver_alone(engine, hooks, open_hooks, told, happen, go, statuses):
    other = open_hooks()
    hooks.answer = lambda request: (410 if b"INV-1" in request.body else 200, {}, b"")
    happen(engine, "INV-1", "INV-1", "INV-2")
    go(engine, told(erp=hooks, shop=other))
    assert [each[1:3] for each in statuses(engine)] == [
        ("erp", "gave_up"),
        ("shop", "delivered"),
        ("erp", "gave_up"),
        ("shop", "delivered"),
        ("erp", "delivered"),
        ("shop", "delivered"),
    ]
    assert len(hooks.requests) == 3


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("asked", ["900", "Mon, 02 Mar 2026 09:15:00 GMT"], ids=["in seconds", "as a date"])
def test_a_receiver_gets_the_time_it_asks_for(sqlite_engine, hooks, told, happen, go, clock, status, asked):
    hooks.answer = lambda _request: (status, {"Retry-After": asked}, b"")
    happen(sqlite_engine, "INV-1")
    settings = told(erp=hooks)
    go(sqlite_engine, settings)
    happen(sqlite_engine, "INV-2")
    clock.move(seconds=899)
    go(sqlite_engine, settings)
    assert len(hooks.requests) == 1, "neither that event nor another one"
    hooks.answer = lambda _request: (200, {}, b"")
    clock.move(seconds=1)
    go(sqlite_engine, settings)
    assert len(hooks.accepted) == 2


def test_an_absurd_retry_after_is_not_believed(sqlite_engine, hooks, told, happen, go, clock):
    hooks.answer = lambda _request: (503, {"Retry-After": "315360000"}, b"")
    happen(sqlite_engine, "INV-1")
    settings = told(erp=hooks)
    go(sqlite_engine, settings)
    clock.move(days=1)
    go(sqlite_engine, settings)
    assert len(hooks.requests) == 2


def test_a_redirect_is_not_followed(sqlite_engine, hooks, told, happen, go, last_error):
    hooks.answer = lambda _request: (302, {"Location": "/elsewhere"}, b"")
    happen(sqlite_engine, "INV-1")
    go(sqlite_engine, told(erp=hooks))
    assert [request.path for request in hooks.requests] == ["/hooks"]
    assert last_error(sqlite_engine) == (
        "It answered 302, a redirect; these are not followed: set url to where it leads."
    )


def test_what_a_receiver_says_is_cut_and_masked(sqlite_engine, hooks, told, happen, go, last_error):
    hooks.answer = lambda _request: (400, {}, b"unknown: ann@example.com\n" + b"x" * 1_000_000)
    happen(sqlite_engine, "INV-1")
    go(sqlite_engine, told(erp=hooks))
    said = last_error(sqlite_engine)
    assert said.startswith("It answered 400: unknown: [email 1] xxx")
    assert len(said) < 200


def test_an_answer_without_end_is_not_read_to_its_end(sqlite_engine, hooks, told, happen, go, statuses):
    """It promises a gigabyte and sends 1 MB: whoever waits for the rest runs into the timeout instead."""
    hooks.answer = lambda _request: (500, {"Content-Length": "1000000000"}, b"x" * 1_000_000)
    happen(sqlite_engine, "INV-1")
    go(sqlite_engine, told(erp=hooks))
    assert statuses(sqlite_engine) == [("INV-1", "erp", "pending", 500)]


def test_a_yes_holds_though_its_body_stalls(sqlite_engine, hooks, told, happen, go, statuses):
    hooks.answer = lambda _request: (200, {"Content-Length": "10"}, b"half")
    happen(sqlite_engine, "INV-1")
    go(sqlite_engine, told(erp=hooks))
    assert statuses(sqlite_engine) == [("INV-1", "erp", "delivered", 200)]


def test_a_connection_that_is_reset_is_tried_again(engine, hooks, told, happen, go_on, statuses):
    answers = iter([None, None, (200, {}, b"")])
    hooks.answer = lambda _request: next(answers)
    happen(engine, "INV-1")
    go_on(engine, told(erp=hooks))
    assert statuses(engine) == [("INV-1", "erp", "delivered", 200)]


def test_a_receiver_that_hangs_is_given_up_on_in_time(sqlite_engine, hooks, told, happen, go, last_error):
    asked = threading.Event()
    hooks.answer = lambda _request: asked.wait(60) and None
    happen(sqlite_engine, "INV-1")
    try:
        go(sqlite_engine, told(erp=(hooks, {"timeout_s": 0.2})))
    finally:
        asked.set()
    assert last_error(sqlite_engine) == "No answer within 0.2 s."


def test_where_nobody_listens_it_is_said(sqlite_engine, told, happen, go, last_error, open_hooks):
    gone = open_hooks()
    gone.url = "http://127.0.0.1:9/hooks"  # discard: nothing listens there
    happen(sqlite_engine, "INV-1")
    go(sqlite_engine, told(erp=gone))
    assert last_error(sqlite_engine).startswith("It cannot be reached: ")


def test_after_three_days_an_event_is_given_up_and_the_next_of_its_invoice_leaves(
    engine, hooks, told, happen, go_on, clock, statuses, now
):
    hooks.answer = lambda request: (200 if b'"total_minor":1' in request.body else 500, {}, b"")
    happen(engine, "INV-1", "INV-1")
    go_on(engine, told(erp=hooks))
    assert [each[2] for each in statuses(engine)] == ["gave_up", "delivered"]
    # tried just before the end of three days it rests five minutes, is tried a last time, rests as long again
    assert timedelta(days=3) <= clock.now - now <= timedelta(days=3, minutes=10)
    assert 20 <= len(hooks.requests) <= 60
