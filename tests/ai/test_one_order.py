"""One order from claim to draft: retries, parking, giving up, leases; with scripted providers and time."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from fakturo.ai import one_order, retrying
from fakturo.ai.drafting import LONGEST_TEXT, Drafted
from fakturo.ai.lane.budget import RetryBudget
from fakturo.ai.one_order import NO_MODEL, draft_one, draft_with_retries, give_up, in_a_word, in_foreground
from fakturo.errors import (
    BreakerOpen,
    InvalidOutput,
    OverBudget,
    Permanent,
    QuotaExhausted,
    RateLimited,
    Refused,
    Transient,
)
from fakturo.ledger.open import writing
from fakturo.ledger.tables import ai_calls, audit, drafts, findings, orders
from tests.ai.scripted import Scripted, never, reading, said
from tests.ai.wishes import claim_one, put, put_wishes, rows, wish

_, (ACCOUNT, _PO, LINES) = wish(0)
RIGHT = said(reading(ACCOUNT, LINES).replace('"po_number": null', '"po_number": "PO-500"'))
WRONG = said(reading(ACCOUNT, [(LINES[0][0], 99, LINES[0][2])]))


@pytest.fixture
def held(sqlite_engine, clock):
    """The first wish, queued and held by worker 'w'."""
    put_wishes(sqlite_engine, 1)
    return claim_one(sqlite_engine, clock.now())


def draft(held, desk):
    return asyncio.run(draft_one(held, desk))


def state_of(engine):
    columns = ("status", "lane", "leased_by", "parks", "not_before", "status_reason")
    return rows(engine, orders.c.id, *(orders.c[name] for name in columns))[0]


def test_a_right_answer_is_a_proved_draft(sqlite_engine, desk_of, held):
    drafted = draft(held, desk_of(sqlite_engine, Scripted("one", RIGHT)))
    assert in_a_word(drafted) == "proved"
    assert (drafted.model, drafted.reasks) == ("m", 0)
    assert [(line.code, line.quantity) for line in drafted.order.lines] == [("22551", 2)]
    kept = rows(
        sqlite_engine, drafts.c.id, drafts.c.drafter, drafts.c.outcome, drafts.c.model, drafts.c.run_id
    )
    assert kept[0][1:] == ("model", "proved", "m", "run-1")


def test_a_wrong_answer_is_asked_about_and_the_right_one_taken(sqlite_engine, desk_of, held):
    client = Scripted("one", WRONG, RIGHT)
    drafted = draft(held, desk_of(sqlite_engine, client))
    assert (in_a_word(drafted), drafted.reasks, client.calls) == ("proved", 1, 2)


def test_who_stands_by_a_wrong_answer_is_not_asked_a_third_time(sqlite_engine, desk_of, held):
    client = Scripted("one", WRONG)
    drafted = draft(held, desk_of(sqlite_engine, client))
    assert (in_a_word(drafted), drafted.reasks, client.calls) == ("review", 1, 2)
    assert state_of(sqlite_engine).status == "needs_review"


@pytest.mark.parametrize("most", [0, 1, 3])
def test_no_more_reasks_than_the_setting_says(sqlite_engine, desk_of, held, most):
    wrong = [said(reading(ACCOUNT, [(LINES[0][0], 90 + n, LINES[0][2])])) for n in range(9)]
    client = Scripted("one", *wrong)
    drafted = draft(held, desk_of(sqlite_engine, client, max_reasks=most))
    assert (in_a_word(drafted), client.calls) == ("review", most + 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [("  \n", "text_empty"), ("mug " * (LONGEST_TEXT // 4 + 1), "text_too_long")],
    ids=["empty", "too long"],
)
def test_a_text_that_no_model_should_read_costs_no_call(sqlite_engine, desk_of, clock, text, code):
    put(sqlite_engine, [text])
    client = Scripted("one", RIGHT)
    drafted = draft(claim_one(sqlite_engine, clock.now()), desk_of(sqlite_engine, client))
    assert [each.code for each in drafted.findings] == [code]
    assert client.calls == 0


def test_without_a_provider_a_person_drafts(sqlite_engine, desk_of, held, with_ai):
    desk = desk_of(sqlite_engine, base_url="")
    assert desk.clients == ()
    assert in_a_word(draft(held, desk)) == "review"
    assert [row.message for row in rows(sqlite_engine, findings.c.id, findings.c.message)] == [
        NO_MODEL.message
    ]
    assert rows(sqlite_engine, drafts.c.id, drafts.c.drafter)[0].drafter == "rules"


def test_who_lost_the_lease_writes_nothing(engine, desk_of, clock):
    put_wishes(engine, 1)
    held = claim_one(engine, clock.now())
    with writing(engine) as connection:
        connection.execute(orders.update().values(leased_by="another"))
    drafted = draft(held, desk_of(engine, Scripted("one", RIGHT)))
    assert in_a_word(drafted) == "lost"
    assert rows(engine, drafts.c.id) == []


def test_the_lease_is_renewed_while_the_model_thinks(sqlite_engine, desk_of, held, monkeypatch):
    desk = desk_of(sqlite_engine, Scripted("one", never), timeout_s=60.0)
    ledger = desk.settings.ledger.model_copy(update={"lease_s": 0.06})
    desk = replace(desk, settings=desk.settings.model_copy(update={"ledger": ledger}))
    renewed = []
    monkeypatch.setattr(
        one_order.queue, "renew", lambda _engine, ids, **more: renewed.append((ids, more["worker"]))
    )

    async def until_renewed_twice():
        drafting = asyncio.create_task(draft_one(held, desk))
        while len(renewed) < 2:  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.005)
        drafting.cancel()
        await asyncio.gather(drafting, return_exceptions=True)

    asyncio.run(asyncio.wait_for(until_renewed_twice(), 10))
    assert renewed[:2] == [([1], "w")] * 2


@pytest.mark.parametrize(
    ("error", "slept_s"),
    [
        (Transient("x", status=503, wait_s=7.0), 7.0),
        (Transient("x", status=503, wait_s=30.0), 30.0),
        (Transient("x", status=503, wait_s=31.0), None),
        (Transient("x", status=503), None),
        (Permanent("x", status=400, wait_s=7.0), None),
    ],
    ids=["short", "as long as one may wait", "too long", "not said", "of no use"],
)
def test_a_wait_that_is_asked_for_is_over_before_the_next_attempt(
    sqlite_engine, desk_of, held, clock, error, slept_s
):
    with pytest.raises(type(error)):
        draft(held, desk_of(sqlite_engine, Scripted("one", error)))
    assert clock.slept == ([] if slept_s is None else [slept_s])


def retried(desk, *results):
    """Run a step that ends like this, attempt by attempt; gives its result and how often it ran."""
    left = list(results)

    async def step():
        result = left.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    try:
        return asyncio.run(draft_with_retries(step, desk)), len(results) - len(left)
    except Exception as error:  # noqa: BLE001  # any of them is looked at
        return error, len(results) - len(left)


def test_retries_wait_longer_each_time_and_end_with_the_last_error(sqlite_engine, desk_of, clock):
    failures = [Transient(str(number)) for number in range(9)]
    error, tries = retried(desk_of(sqlite_engine, Scripted("one", RIGHT)), *failures)
    assert (str(error), tries) == ("4", 5)
    assert all(low <= wait <= 1.5 * low for low, wait in zip((0.25, 0.5, 1, 2), clock.slept, strict=True))


def test_a_retry_that_succeeds_is_a_draft(sqlite_engine, desk_of, clock):
    done = Drafted(None, ())
    assert retried(desk_of(sqlite_engine, Scripted("one", RIGHT)), Transient("x"), done) == (done, 2)


@pytest.mark.parametrize("error", [Permanent("x"), Refused("x"), QuotaExhausted("x"), RateLimited("x")])
def test_what_no_retry_helps_goes_up_at_once(sqlite_engine, desk_of, clock, error):
    assert retried(desk_of(sqlite_engine, Scripted("one", RIGHT)), error) == (error, 1)
    assert clock.slept == []


def test_an_empty_budget_parks_instead_of_asking_again(sqlite_engine, desk_of, held):
    desk = desk_of(sqlite_engine, Scripted("one", InvalidOutput("x", status=200)), retry_share=0.0)
    desk.retries.saved = 2.0
    assert asyncio.run(in_foreground(desk)(held)) == "parked"
    assert len(rows(sqlite_engine, ai_calls.c.id)) == 3


def test_the_budget_is_earned_by_first_tries(sqlite_engine, desk_of, held):
    desk = desk_of(sqlite_engine, Scripted("one", RIGHT), retry_share=0.25)
    before = desk.retries.saved
    asyncio.run(in_foreground(desk)(held))
    assert desk.retries == RetryBudget(0.25, before + 0.25)


@pytest.mark.parametrize(
    ("error", "parks", "done", "status"),
    [
        (Transient("x"), 0, "parked", "queued"),
        (Transient("x"), 19, "parked", "queued"),
        (Transient("x"), 20, "dead_letter", "dead_letter"),
        (BreakerOpen("x", wait_s=3.0), 99, "parked", "queued"),
        (RateLimited("x", wait_s=300.0), 99, "parked", "queued"),
        (Permanent("x", status=400), 0, "dead_letter", "dead_letter"),
        (Permanent("x", status=404), 0, "released", "queued"),
        (QuotaExhausted("x"), 0, "released", "queued"),
        (OverBudget("x"), 0, "released", "queued"),
        (Refused("x"), 0, "review", "needs_review"),
    ],
)
def test_giving_up_fits_the_failure(sqlite_engine, desk_of, held, error, parks, done, status):
    desk = desk_of(sqlite_engine, Scripted("one", RIGHT))
    assert give_up(held._replace(parks=parks), desk, error) == done
    row = state_of(sqlite_engine)
    assert (row.status, row.leased_by) == (status, None)
    assert (row.not_before is not None) == (done == "parked")
    assert row.parks == (1 if done == "parked" and isinstance(error, Transient) else 0)


def test_parks_grow_until_the_order_is_laid_aside_with_the_reason(engine, desk_of, clock):
    put_wishes(engine, 1)
    desk = desk_of(engine, Scripted("one", Transient("The AI provider failed.", status=500)), max_parks=3)
    waits = []
    while True:
        held = claim_one(engine, clock.now())
        if give_up(held, desk, Transient("The AI provider failed.")) == "dead_letter":
            break
        waits.append((state_of(engine).not_before - clock.now()).total_seconds())
        clock.at = state_of(engine).not_before
    assert waits == [2, 4, 8]
    assert state_of(engine).status_reason == "The AI provider failed. (transient, parked 3 times)"
    assert [row.action for row in rows(engine, audit.c.seq, audit.c.action)] == ["order.dead_letter"]


@pytest.mark.parametrize("error", [Transient("x"), Permanent("x", status=400), Refused("x")])
def test_giving_up_an_order_that_another_holds_changes_nothing(sqlite_engine, desk_of, held, error):
    desk = desk_of(sqlite_engine, Scripted("one", RIGHT))
    with writing(sqlite_engine) as connection:
        connection.execute(orders.update().values(leased_by="v"))
    assert give_up(held, desk, error) == "lost"
    assert (state_of(sqlite_engine).status, state_of(sqlite_engine).leased_by) == ("queued", "v")


def test_a_long_rate_limit_parks_without_blame_until_it_ends(sqlite_engine, desk_of, held, clock):
    desk = desk_of(sqlite_engine, Scripted("one", RateLimited("x", status=429, wait_s=400.0)))
    assert asyncio.run(in_foreground(desk)(held)) == "parked"
    row = state_of(sqlite_engine)
    assert row.parks == 0
    assert row.not_before - clock.now() >= timedelta(seconds=399)
    assert len(rows(sqlite_engine, ai_calls.c.id)) == 1


@pytest.mark.parametrize("error", [QuotaExhausted("x"), Permanent("x", status=404)])
def test_what_stops_all_goes_up_to_the_drain(sqlite_engine, desk_of, held, error):
    with pytest.raises(type(error)):
        asyncio.run(in_foreground(desk_of(sqlite_engine, Scripted("one", error)))(held))
    assert retrying.stops_all(error)


def test_after_a_crash_the_same_order_costs_no_second_call(engine, desk_of, clock):
    put_wishes(engine, 1)
    client = Scripted("one", RIGHT)
    desk = desk_of(engine, client)
    first = draft(claim_one(engine, clock.now()), desk)
    with writing(engine) as connection:  # as if save_draft had never happened
        connection.execute(drafts.delete())
        again = {
            "lane": "model",
            "status": "queued",
            "content": None,
            "leased_by": None,
            "leased_until": None,
        }
        connection.execute(orders.update().values(again))
    assert draft(claim_one(engine, clock.now()), desk).order == first.order
    assert client.calls == 1
