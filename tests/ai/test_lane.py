"""Free-text orders through the real client and simulator: right, in review or waiting; never wrong."""

import asyncio
import json
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest
from sqlalchemy import insert, select

from fakturo.ai.client import open_client
from fakturo.ai.one_order import NO_MODEL, draft_one, draft_with_retries, give_up, in_foreground
from fakturo.ai.simulator.scenarios import Scenario
from fakturo.ai.simulator.server import start_simulator
from fakturo.clock import utc_now
from fakturo.drain import Drain
from fakturo.errors import BreakerOpen, Permanent, QuotaExhausted, Refused, Transient
from fakturo.ledger import ai_calls, queue
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import ai_answers, drafts, findings, orders
from fakturo.ledger.tables import ai_calls as calls
from fakturo.settings import load

GOODS = (
    ("22551", "plasters in tin", "1.65"),
    ("85123A", "white heart", "2.55"),
    ("21430", "set/3 red box", "3.75"),
)
WORDS = {2: "two", 6: "six", 12: "a dozen", 24: "two dozen", 36: "36"}


def wish(seed):
    """A letter and its truth: customer, order number and (code, quantity, price) lines."""
    chosen = [GOODS[(seed + place) % 3] for place in range(1 + seed % 3)]
    counts = [list(WORDS)[(seed + 2 * place) % 5] for place in range(len(chosen))]
    wanted = ", ".join(
        f"{WORDS[count]} of the {name} (item {code}, £{price} each)"
        for count, (code, name, price) in zip(counts, chosen, strict=True)
    )
    account, po_number = str(12700 + seed), f"PO-{seed + 500}"
    text = f"Hi team, this is account {account}. Could we get {wanted}? Our reference is {po_number}. Thanks!"
    lines = [
        (code, Decimal(count), Decimal(price)) for count, (code, _, price) in zip(counts, chosen, strict=True)
    ]
    return text, (account, po_number, lines)


def put(engine, texts):
    rows = [
        {
            "id": number,
            "source": "test",
            "external_id": f"T-{number}",
            "content_sha256": f"{number:064d}",
            "lane": "model",
            "status": "queued",
            "raw": text,
            "received_at": utc_now(),
            "updated_at": utc_now(),
        }
        for number, text in enumerate(texts, 1)
    ]
    with writing(engine) as connection:
        connection.execute(insert(orders), rows)


def rows(engine, *columns):
    with reading(engine) as connection:
        return connection.execute(select(*columns).order_by(columns[0])).all()


def ai(simulator, **more):
    return {"base_url": simulator.base_url, "timeout_s": 0.5, "concurrency": 4} | more


@pytest.fixture
def setup(settings, tmp_path):
    def with_ai(**values):
        return load(home=settings.home, _env_file=None, ai=values)

    return with_ai


async def hurried(seconds):
    """Sleep a hundredth: real pacing, scaled."""
    await asyncio.sleep(seconds / 100)


QUICK = 60
"""Times as fast as real."""


def quick_now():
    start = utc_now()
    return lambda: start + (utc_now() - start) * QUICK


async def quick_sleep(seconds):
    await asyncio.sleep(seconds / QUICK)


class Outcome(NamedTuple):
    """What a drain did, in orders; `calls` are HTTP attempts."""

    drafted: int = 0
    reviewed: int = 0
    parked: int = 0
    dead_lettered: int = 0
    calls: int = 0
    halted: str | None = None


def drain(engine, settings, *, sleep=asyncio.sleep, now=utc_now, patience_s=None, stop=lambda: False):
    """Drain in the foreground, as `fakturo issue` does; with patience, parked orders are waited for."""

    async def run():
        client = open_client(settings)
        known = {"engine": engine, "settings": settings, "worker": "w", "run_id": "run-1"}
        draft = in_foreground(client, **known, now=now, sleep=sleep)
        endpoint = client.name if client else None
        work = Drain(**known, clock=now, draft=draft, endpoint=endpoint, stop=stop)
        try:
            await work.run(until=now() + timedelta(seconds=patience_s) if patience_s else None)
        finally:
            if client:
                await client.aclose()
        words = ("proved", "review", "parked", "dead_letter")
        halted = str(work.stopped_by) if work.stopped_by else None
        return Outcome(*(work.drafted[word] for word in words), client.calls if client else 0, halted)

    return asyncio.run(run())


def wrong(engine, truths):
    """Orders that were proved and are not what their letter says."""
    found = []
    for number, lane, content in rows(engine, orders.c.id, orders.c.lane, orders.c.content):
        if lane != "rules":
            continue
        order = json.loads(content)
        lines = [
            (line["code"], Decimal(line["quantity"]), Decimal(line["unit_price"])) for line in order["lines"]
        ]
        read = (order["customer"]["id"], order["po_number"], lines)
        if read != truths[number - 1] or order["currency"] != "GBP" or order["external_id"] != f"T-{number}":
            found.append((number, read))
    return found


def test_a_calm_provider_gets_every_order_right(engine, setup):
    texts, truths = zip(*(wish(seed) for seed in range(12)), strict=True)
    put(engine, texts)
    with start_simulator("calm") as simulator:
        outcome = drain(engine, setup(**ai(simulator)))
        assert simulator.stats["requests"] == 12
    assert (outcome.drafted, outcome.reviewed, outcome.parked, outcome.calls) == (12, 0, 0, 12)
    assert ai_calls.tokens_used(engine, "run-1") > 1000
    assert wrong(engine, truths) == []
    first = rows(
        engine, drafts.c.id, drafts.c.drafter, drafts.c.outcome, drafts.c.prompt_version, drafts.c.model
    )[0]
    assert first[1:] == ("model", "proved", "draft_order/1", "gpt-4o-mini")
    assert {row[1:] for row in rows(engine, calls.c.id, calls.c.outcome, calls.c.run_id)} == {("ok", "run-1")}


@pytest.mark.parametrize("seed", [1, 2])
def test_lies_and_broken_answers_never_become_an_order(sqlite_engine, setup, seed):
    texts, truths = zip(*(wish(number) for number in range(40)), strict=True)
    put(sqlite_engine, texts)
    lies = dict.fromkeys(
        [
            "swapped_digits",
            "missing_line",
            "extra_line",
            "other_currency",
            "wrong_customer",
            "other_price",
            "not_json",
            "wrong_shape",
            "length",
            "cut_body",
            "html",
        ],
        0.03,
    )
    with start_simulator(Scenario("liar", chances=lies), seed=seed) as simulator:
        outcome = drain(sqlite_engine, setup(**ai(simulator)), sleep=hurried)
    assert wrong(sqlite_engine, truths) == []
    assert outcome.drafted + outcome.reviewed + outcome.parked == 40
    assert outcome.drafted >= 32
    assert any(row[1] for row in rows(sqlite_engine, drafts.c.id, drafts.c.reasks))
    assert all(row[1] for row in rows(sqlite_engine, findings.c.id, findings.c.message))


def test_a_rate_limit_costs_waiting_and_no_order(sqlite_engine, setup):
    texts, truths = zip(*(wish(seed) for seed in range(20)), strict=True)
    put(sqlite_engine, texts)
    strict = Scenario("strict", rpm=3000, headers="none", retry_after=("ms",))
    with start_simulator(strict) as simulator:
        simulator.provider.requests.level = 3
        outcome = drain(sqlite_engine, setup(**ai(simulator)))
        refused = simulator.stats.get("429", 0)
    assert (outcome.drafted, outcome.parked, outcome.halted) == (20, 0, None)
    assert wrong(sqlite_engine, truths) == []
    kept = [row[1] for row in rows(sqlite_engine, calls.c.id, calls.c.outcome)]
    assert kept.count("rate_limit") == refused


def test_no_credit_halts_at_once_and_leaves_the_rest_queued(sqlite_engine, setup):
    put(sqlite_engine, [wish(seed)[0] for seed in range(20)])
    with start_simulator(Scenario("poor", credit=5)) as simulator:
        outcome = drain(sqlite_engine, setup(**ai(simulator, concurrency=2)))
        assert simulator.stats["after_exhausted"] <= 2
    assert outcome.drafted == 5
    assert "credit" in outcome.halted
    left = rows(
        sqlite_engine, orders.c.id, orders.c.status, orders.c.lane, orders.c.leased_by, orders.c.parks
    )
    assert [row[1:] for row in left if row[2] == "model"] == [("queued", "model", None, 0)] * 15


def test_an_impossible_text_is_asked_once_and_laid_aside(sqlite_engine, setup):
    put(sqlite_engine, [wish(1)[0]])
    with start_simulator(Scenario("strict", impossible=1.0)) as simulator:
        outcome = drain(sqlite_engine, setup(**ai(simulator)))
        assert simulator.stats["requests"] == 1
    assert outcome.dead_lettered == 1
    assert rows(sqlite_engine, orders.c.id, orders.c.status)[0].status == "dead_letter"


def test_a_refused_text_goes_to_a_person(sqlite_engine, setup):
    put(sqlite_engine, [wish(1)[0]])
    with start_simulator(Scenario("shy", chances={"refusal": 1.0})) as simulator:
        outcome = drain(sqlite_engine, setup(**ai(simulator)))
    assert outcome.reviewed == 1
    assert rows(sqlite_engine, findings.c.id, findings.c.code)[0].code == "ai_refused"


def test_an_outage_parks_orders_and_patience_sees_them_through(sqlite_engine, setup):
    texts, truths = zip(*(wish(seed) for seed in range(8)), strict=True)
    put(sqlite_engine, texts)
    with start_simulator(Scenario("out", outages_s=((0.0, 0.4),))) as simulator:
        outcome = drain(
            sqlite_engine, setup(**ai(simulator)), now=quick_now(), patience_s=120.0, sleep=quick_sleep
        )
    assert outcome.drafted == 8
    assert simulator.stats["during_outage"] <= 15
    assert wrong(sqlite_engine, truths) == []


def test_a_dead_provider_parks_and_nothing_is_lost(sqlite_engine, setup):
    put(sqlite_engine, [wish(seed)[0] for seed in range(8)])
    with start_simulator(Scenario("dead", chances={"server_error": 1.0})) as simulator:
        outcome = drain(sqlite_engine, setup(**ai(simulator)), sleep=hurried)
        assert simulator.stats["requests"] <= 15
    assert outcome.drafted == 0
    assert outcome.parked >= 1
    counts = queue.counts(sqlite_engine, utc_now())
    assert counts["queued"] + counts["parked"] == 8


def test_an_old_server_without_schemas_is_asked_in_a_simpler_way(sqlite_engine, setup):
    put(sqlite_engine, [wish(seed)[0] for seed in range(3)])
    with start_simulator("plain_json") as simulator:
        outcome = drain(sqlite_engine, setup(**ai(simulator, concurrency=1)))
    assert (outcome.drafted, outcome.calls) == (3, 4)


def test_without_a_provider_every_free_text_goes_to_a_person(engine, settings):
    put(engine, [wish(1)[0], wish(2)[0]])
    outcome = drain(engine, settings)
    assert outcome == Outcome(reviewed=2)
    assert {row[1] for row in rows(engine, findings.c.id, findings.c.message)} == {NO_MODEL.message}
    assert {row[1] for row in rows(engine, drafts.c.id, drafts.c.drafter)} == {"rules"}


def test_a_drain_that_is_told_to_stop_claims_nothing_more(sqlite_engine, settings):
    put(sqlite_engine, [wish(1)[0]])
    assert drain(sqlite_engine, settings, stop=lambda: True) == Outcome()
    assert queue.is_waiting(sqlite_engine, "model", utc_now())


@pytest.mark.parametrize(
    ("text", "code"), [("  \n", "text_empty"), ("mug " * 30_000, "text_too_long")], ids=["empty", "too long"]
)
def test_a_text_that_no_model_should_read_costs_no_call(sqlite_engine, setup, text, code):
    put(sqlite_engine, [text])
    with start_simulator("calm") as simulator:
        outcome = drain(sqlite_engine, setup(**ai(simulator)))
        assert simulator.stats == {}
    assert outcome.reviewed == 1
    assert rows(sqlite_engine, findings.c.id, findings.c.code)[0].code == code


def test_a_letter_without_account_shows_the_reviewer_why(sqlite_engine, setup):
    put(sqlite_engine, ["Could we get two of the red mug (item 22551, £1.65 each)? Thanks"])
    with start_simulator("calm") as simulator:
        drain(sqlite_engine, setup(**ai(simulator, max_reasks=2)))
        assert simulator.stats["requests"] == 2  # it says the same again: a third time would be no use
    assert rows(sqlite_engine, findings.c.id, findings.c.code)[0].code == "customer_missing"
    assert rows(sqlite_engine, drafts.c.id, drafts.c.outcome, drafts.c.reasks)[0][1:] == ("refused", 1)


def test_the_cap_of_a_run_stops_it(sqlite_engine, setup):
    put(sqlite_engine, [wish(seed)[0] for seed in range(5)])
    with start_simulator("calm") as simulator:
        outcome = drain(sqlite_engine, setup(**ai(simulator, concurrency=1, max_tokens_per_run=1)))
    assert outcome.drafted == 1
    assert "FAKTURO_AI_MAX_TOKENS_PER_RUN" in outcome.halted


def claim_one(engine):
    return queue.claim(engine, lane="model", worker="w", limit=1, now=utc_now(), lease_s=60)[0]


async def draft_in(engine, settings, claimed):
    client = open_client(settings)
    try:
        return await draft_one(
            claimed, client=client, engine=engine, settings=settings, worker="w", now=utc_now, run_id="run-1"
        )
    finally:
        await client.aclose()


def test_after_a_crash_the_same_order_costs_no_second_call(sqlite_engine, setup):
    put(sqlite_engine, [wish(1)[0]])
    with start_simulator("calm") as simulator:
        settings = setup(**ai(simulator))
        first = asyncio.run(draft_in(sqlite_engine, settings, claim_one(sqlite_engine)))
        with writing(sqlite_engine) as connection:  # as if save_draft had never happened
            connection.execute(drafts.delete())
            connection.execute(
                orders.update().values(
                    lane="model", status="queued", content=None, leased_by=None, leased_until=None
                )
            )
        second = asyncio.run(draft_in(sqlite_engine, settings, claim_one(sqlite_engine)))
        assert simulator.stats["requests"] == 1
    assert (first.calls, second.calls) == (1, 0)
    assert first.order == second.order
    assert len(rows(sqlite_engine, ai_answers.c.request_sha256)) == 1


def test_who_lost_the_lease_writes_nothing(sqlite_engine, setup):
    put(sqlite_engine, [wish(1)[0]])
    claimed = claim_one(sqlite_engine)
    with writing(sqlite_engine) as connection:
        connection.execute(orders.update().values(leased_by="another"))
    with start_simulator("calm") as simulator:
        drafted = asyncio.run(draft_in(sqlite_engine, setup(**ai(simulator)), claimed))
    assert not drafted.saved
    assert rows(sqlite_engine, drafts.c.id) == []


def test_a_long_call_keeps_its_lease(sqlite_engine, settings):
    put(sqlite_engine, [wish(1)[0]])
    with start_simulator(Scenario("slow", latency_ms=(400, 400))) as simulator:
        short = load(
            home=settings.home, _env_file=None, ledger={"lease_s": 0.3}, ai=ai(simulator, timeout_s=5.0)
        )
        claimed = queue.claim(sqlite_engine, lane="model", worker="w", limit=1, now=utc_now(), lease_s=0.3)[0]
        drafted = asyncio.run(draft_in(sqlite_engine, short, claimed))
    assert drafted.saved


@pytest.mark.parametrize(
    ("error", "parks", "expected", "status"),
    [
        (Transient("x"), 0, "parked", "queued"),
        (Transient("x"), 20, "dead_letter", "dead_letter"),
        (BreakerOpen("x", wait_s=3.0), 99, "parked", "queued"),
        (Permanent("x", status=400), 0, "dead_letter", "dead_letter"),
        (Permanent("x", status=404), 0, "released", "queued"),
        (QuotaExhausted("x"), 0, "released", "queued"),
        (Refused("x"), 0, "review", "needs_review"),
    ],
)
def test_giving_up_fits_the_failure(engine, settings, error, parks, expected, status):
    put(engine, [wish(1)[0]])
    claimed = claim_one(engine)._replace(parks=parks)
    done = give_up(engine, claimed, error, settings=settings, worker="w", now=utc_now(), run_id="run-1")
    assert done == expected
    row = rows(engine, orders.c.id, orders.c.status, orders.c.leased_by, orders.c.not_before)[0]
    assert (row.status, row.leased_by) == (status, None)
    assert (row.not_before is not None) == (expected == "parked")


@pytest.mark.parametrize("error", [Transient("x"), Permanent("x", status=400), Refused("x")])
def test_giving_up_an_order_that_another_holds_changes_nothing(sqlite_engine, settings, error):
    put(sqlite_engine, [wish(1)[0]])
    claimed = claim_one(sqlite_engine)
    assert give_up(sqlite_engine, claimed, error, settings=settings, worker="v", now=utc_now()) == "lost"
    assert rows(sqlite_engine, orders.c.id, orders.c.status, orders.c.leased_by)[0][1:] == ("queued", "w")


def test_retries_wait_longer_each_time_and_end_with_the_last_error():
    slept, tried = [], []

    async def sleep(seconds):
        slept.append(seconds)

    async def fail():
        tried.append(1)
        raise Transient("x")

    with pytest.raises(Transient):
        asyncio.run(draft_with_retries(fail, sleep=sleep))
    assert len(tried) == 5
    assert all(low <= wait <= 1.5 * low for low, wait in zip((1, 2, 4, 8), slept, strict=True))


def test_what_no_retry_helps_goes_up_at_once():
    async def fail():
        raise Permanent("x")

    async def never(_seconds):
        raise AssertionError

    with pytest.raises(Permanent):
        asyncio.run(draft_with_retries(fail, sleep=never))


def test_parked_orders_are_left_by_a_drain_without_patience(sqlite_engine, setup):
    put(sqlite_engine, [wish(1)[0]])
    claimed = claim_one(sqlite_engine)
    queue.park(
        sqlite_engine,
        claimed.id,
        reason="x",
        not_before=utc_now() + timedelta(hours=1),
        now=utc_now(),
        worker="w",
    )
    with start_simulator("calm") as simulator:
        outcome = drain(sqlite_engine, setup(**ai(simulator)))
    assert outcome == Outcome()
    assert ai_calls.tokens_used(sqlite_engine, "run-1") == 0
