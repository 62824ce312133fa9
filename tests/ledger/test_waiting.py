"""Why an order waits, and when it will have moved on: figures worked out by hand, else honest words."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from fakturo.ledger.open import reading, writing
from fakturo.ledger.orders import queue as work
from fakturo.ledger.orders import stories
from fakturo.ledger.orders.waiting import Around, Pace, Rest, Wait, pace, waits
from fakturo.ledger.tables import ai_calls, drafts, findings, orders


@pytest.fixture
def around(now):
    return Around(now, None, max_parks=20, attempts=5)


@pytest.fixture
def letters(queue):
    return [queue(raw="x", external_id=f"mail-{n}") for n in range(4)]


def wait(engine, order_id, around):
    with reading(engine) as connection:
        row = connection.execute(select(orders).where(orders.c.id == order_id)).one()
        (found,) = waits(connection, [row], around)
    return found


def drafted(engine, order_id, *moments, drafter="model"):
    with writing(engine) as connection:
        for at in moments:
            row = {"order_id": order_id, "drafter": drafter, "outcome": "proved", "created_at": at}
            connection.execute(insert(drafts).values(**row))


def asked(engine, order_id, at, outcome, status=None, duration_ms=100):
    row = {
        "order_id": order_id,
        "endpoint": "e",
        "model": "m",
        "prompt_version": "1",
        "request_sha256": "a" * 64,
        "outcome": outcome,
        "http_status": status,
        "duration_ms": duration_ms,
        "started_at": at,
    }
    with writing(engine) as connection:
        connection.execute(insert(ai_calls).values(**row))


def test_the_pace_is_that_of_the_last_five_minutes(engine, letters, now):
    """Six drafts in the last 120 s, one long before, one by a person: 6 / 120 s."""
    recent = [now - timedelta(seconds=each) for each in (120, 100, 80, 40, 20, 10)]
    drafted(engine, letters[0], now - timedelta(seconds=301), *recent)
    drafted(engine, letters[0], now, drafter="person")
    with reading(engine) as connection:
        assert pace(connection, "model", now) == Pace(4, 0, 0.05, now - timedelta(seconds=10))
        assert pace(connection, "rules", now) == Pace(0, 0, None, None)


def test_an_order_in_the_queue_is_done_after_those_before_it(engine, letters, around, now):
    """0.05 a second; the third takes 60 s."""
    drafted(engine, letters[0], *(now - timedelta(seconds=each) for each in (120, 100, 80, 40, 20, 5)))
    assert wait(engine, letters[2], around) == Wait(
        "Waits for its turn, place 3 of 4.", now + timedelta(seconds=60)
    )


def test_places_count_only_what_is_free(engine, letters, around, now):
    work.claim(engine, lane="model", worker="w1", limit=1, now=now, lease_s=60)
    work.park(engine, letters[0], reason="x", not_before=now + timedelta(hours=1), now=now, worker="w1")
    work.claim(engine, lane="model", worker="w1", limit=1, now=now, lease_s=60)
    drafted(engine, letters[0], *(now - timedelta(seconds=each) for each in (20, 10)))
    # the second of two, after one under way, at 0.1 a second
    assert wait(engine, letters[3], around) == Wait(
        "Waits for its turn, place 2 of 2.", now + timedelta(seconds=30)
    )


def test_without_a_worker_it_says_so(engine, letters, around, now):
    later = around._replace(now=now + timedelta(seconds=11))
    assert wait(engine, letters[0], later) == Wait(
        "Waits for its turn, place 1 of 4; no worker is running: `fakturo up` or `fakturo issue` starts one."
    )
    assert wait(engine, letters[0], around).why.endswith("a worker that runs takes it within a second.")


def test_one_draft_is_too_little_to_say_when(engine, letters, around, now):
    work.claim(engine, lane="model", worker="w1", limit=1, now=now, lease_s=60)
    drafted(engine, letters[0], now)
    assert wait(engine, letters[1], around) == Wait(
        "Waits for its turn, place 1 of 3; too little was done lately to say when."
    )


def test_a_resting_provider_is_the_reason_for_letters_only(engine, letters, queue, order, around, now):
    until = now + timedelta(seconds=30)
    rested = around._replace(rest=Rest("The provider rests.", until))
    assert wait(engine, letters[1], rested) == Wait(
        "The provider rests. Waits for its turn, place 2 of 4.", until
    )
    assert "provider" not in wait(engine, queue(order), rested).why


def test_a_parked_order_names_its_reason_and_next_try(engine, letters, around, now):
    work.claim(engine, lane="model", worker="w1", limit=1, now=now, lease_s=60)
    later = now + timedelta(minutes=5)
    work.park(engine, letters[0], reason="The provider rests.", not_before=later, now=now, worker="w1")
    assert wait(engine, letters[0], around) == Wait("The provider rests. Parked 1 of 20 times.", later)


def test_an_order_under_way_names_the_try_and_the_last_answer(engine, letters, around, now):
    work.claim(engine, lane="model", worker="w1", limit=1, now=now, lease_s=60)
    for duration_ms in (100, 400, 900):
        asked(engine, letters[1], now, "ok", 200, duration_ms)
    assert wait(engine, letters[0], around) == Wait(
        "The model is asked, by w1.", now + timedelta(milliseconds=400)
    )
    asked(engine, letters[0], now, "ok", 200)
    asked(engine, letters[0], now, "timeout")
    asked(engine, letters[0], now, "transient", 503)
    asked(engine, letters[0], now, "sent")
    assert wait(engine, letters[0], around) == Wait(
        "The model is asked, by w1, try 3 of 5 after transient (HTTP 503)."
    )


def test_what_waits_for_a_person_names_the_command(engine, queue, around):
    order_id = queue(raw="x", external_id="a", status="needs_review", status_reason="No draft.")
    assert wait(engine, order_id, around) == Wait(
        f"Waits for a person: `fakturo review show {order_id}`. No draft."
    )


def test_a_dead_letter_names_its_last_answer_and_how_to_replay_it(engine, queue, around, now):
    order_id = queue(raw="x", external_id="a", status="dead_letter", status_reason="Too long.")
    asked(engine, order_id, now, "permanent", 400)
    assert wait(engine, order_id, around) == Wait(
        f"Too long. Last answer: permanent (HTTP 400). Replay it: `fakturo orders retry {order_id}`."
    )


@pytest.mark.parametrize("status", ["issued", "rejected", "credit_requested"])
def test_what_has_left_the_queue_waits_for_nothing(engine, queue, around, status):
    order_id = queue(raw="x", external_id="a", status=status, status_reason="Said.")
    assert wait(engine, order_id, around) == Wait("Said.")


def test_dead_letters_are_counted_by_their_last_answer(engine, queue, now):
    ids = [queue(raw="x", external_id=f"d-{n}", status="dead_letter") for n in range(3)]
    for order_id, outcome, status in (
        (ids[0], "transient", 503),
        (ids[0], "permanent", 400),
        (ids[1], "permanent", 400),
        (ids[1], "sent", None),
    ):
        asked(engine, order_id, now, outcome, status)
    with reading(engine) as connection:
        assert stories.dead_letters(connection) == [
            ("permanent", 400, 2, ids[1]),
            ("never asked", None, 1, ids[2]),
        ]
        assert list(stories.ids_of(connection, "dead_letter")) == ids


def test_reasons_are_those_that_hold_now(engine, queue, now):
    order_id = queue(raw="x", external_id="a", status="needs_review", updated_at=now)
    with writing(engine) as connection:
        for code, at in (("caution", now - timedelta(days=1)), ("no_model", now)):
            row = {"order_id": order_id, "stage": "drafting", "code": code, "message": "x"}
            connection.execute(insert(findings).values(**row, created_at=at))
    with reading(engine) as connection:
        assert stories.reasons(connection, "needs_review") == [("no_model", 1)]
