"""Free-text orders through the real client and a hostile simulator: right, in review, never wrong."""

from datetime import timedelta
from itertools import pairwise

import pytest

from fakturo.ai.simulator.scenarios import SCENARIOS, Scenario, find_scenario
from fakturo.ai.simulator.server import start_simulator
from fakturo.ledger.ai.ai_calls import figures
from fakturo.ledger.orders import queue
from fakturo.ledger.tables import ai_calls, audit, drafts, findings, orders, outbox
from tests.ai.quick_time import drain
from tests.ai.wishes import put, put_wishes, rows, wrong

ORDERS = 40
SHARE = 0.4
"""Of the limits of a scenario: 240 requests a minute, so that 40 orders feel them."""


def limited(name):
    full = SCENARIOS[name]
    return find_scenario(name, rpm=round(600 * SHARE), tpm=full.tpm and round(full.tpm * SHARE))


def states(engine, time):
    return {name: count for name, count in queue.counts(engine, time.now()).items() if count}


def outcomes(engine):
    return [row.outcome for row in rows(engine, ai_calls.c.id, ai_calls.c.outcome)]


@pytest.fixture
def run(sqlite_engine, with_ai, quick):
    """Drain so many wishes against a scenario; gives the drain, what the simulator saw, and the states."""

    def done(scenario, count=ORDERS, seed=1, **ai):
        truths = put_wishes(sqlite_engine, count)
        with start_simulator(scenario, seed=seed) as simulator:
            work = drain(sqlite_engine, with_ai(simulator, **ai), quick)
            seen = simulator.provider.tally.report()
        assert wrong(sqlite_engine, truths) == []
        return work, seen, states(sqlite_engine, quick)

    return done


def test_a_calm_provider_gets_every_order_right(engine, with_ai, quick):
    truths = put_wishes(engine, 12)
    with start_simulator("calm") as simulator:
        work = drain(engine, with_ai(simulator), quick)
        assert simulator.stats["requests"] == 12
    assert work.drafted == {"proved": 12}
    assert states(engine, quick) == {"issued": 12}
    assert wrong(engine, truths) == []
    assert set(outcomes(engine)) == {"ok"}
    assert figures(engine, "run-1")[:3] == (12, 12, 0)


@pytest.mark.parametrize("name", ["ratelimit", "tokenlimit", "no_headers"])
def test_limits_cost_waiting_and_no_order(run, sqlite_engine, name):
    work, seen, left = run(limited(name))
    assert (left, work.stopped_by) == ({"issued": ORDERS}, None)
    assert outcomes(sqlite_engine).count("rate_limit") == seen.get("429", 0)
    assert seen["paid_twice"] == 0
    assert seen.get("429", 0) <= (2 if name != "no_headers" else ORDERS // 4)


def test_two_outages_are_sat_out(run):
    _, seen, left = run(limited("outage"))
    assert left == {"issued": ORDERS}
    assert seen["during_outage"] <= 2 * (5 + 4 + 8), "five open it, four are under way, and then probes"


def test_an_outage_is_looked_into_by_one_probe_at_a_time_and_rarely(sqlite_engine, with_ai, quick):
    truths = put_wishes(sqlite_engine, 8)
    with start_simulator(Scenario("out", outages_s=((0.0, 3600.0),))) as simulator:

        async def mended_after_ten(_work):
            if simulator.provider.counts["requests"] >= 10:
                simulator.provider.scenario = SCENARIOS["calm"]

        drain(sqlite_engine, with_ai(simulator), quick, on_progress=mended_after_ten)
        seen = simulator.provider.tally.report()
    assert wrong(sqlite_engine, truths) == []
    assert states(sqlite_engine, quick) == {"issued": 8}
    assert seen["most_in_outage"] == 1
    moments = [row.started_at for row in rows(sqlite_engine, ai_calls.c.id, ai_calls.c.started_at)]
    failed = moments[: int(seen["during_outage"])]
    rests_s = [(after - before).total_seconds() for before, after in pairwise(failed[4:])]
    least_s = [0.5 * 1.25**rest for rest in range(len(rests_s))]
    assert len(rests_s) > 3
    assert all(rest_s >= least for rest_s, least in zip(rests_s, least_s, strict=True))


def test_a_drain_does_not_wait_longer_than_its_patience_for_a_dead_provider(sqlite_engine, with_ai, quick):
    put_wishes(sqlite_engine, 12)
    with start_simulator(Scenario("dead", chances={"server_error": 1.0})) as simulator:
        settings = with_ai(simulator)
        end = quick.now() + timedelta(seconds=120)
        drain(sqlite_engine, settings, quick, patience_s=20.0, stop=lambda: quick.now() > end)
    assert quick.now() < end
    counts = queue.counts(sqlite_engine, quick.now())
    assert counts["queued"] + counts["parked"] == 12


@pytest.mark.parametrize("seed", [1, 2])
def test_broken_and_wrong_answers_never_become_an_order(run, sqlite_engine, seed):
    work, _, left = run(limited("malformed"), seed=seed)
    assert sum(left.values()) == left["issued"] + left.get("needs_review", 0) == ORDERS
    assert left["issued"] >= ORDERS - 2
    assert any(row.reasks for row in rows(sqlite_engine, drafts.c.id, drafts.c.reasks))
    assert work.stopped_by is None


def test_a_bad_hour_loses_nothing(run):
    _, seen, left = run(limited("mix"), timeout_s=1.0)
    impossible = int(seen["impossible_texts"])
    assert sum(left.values()) == ORDERS
    assert left.get("dead_letter", 0) <= impossible
    assert left["issued"] >= ORDERS - impossible - 2


def test_impossible_texts_are_asked_once_and_laid_aside(run, sqlite_engine):
    hard = Scenario("hard", impossible=0.3, filtered=0.15)
    _, seen, left = run(hard)
    assert seen["most_per_impossible"] == 1
    assert left["dead_letter"] + left["needs_review"] == seen["impossible_texts"] > 4
    assert left["issued"] == ORDERS - seen["impossible_texts"]
    assert {row.code for row in rows(sqlite_engine, findings.c.id, findings.c.code)} == {"ai_refused"}
    laid = [row for row in rows(sqlite_engine, orders.c.id, orders.c.status_reason) if row.status_reason]
    assert sum("(permanent, parked 0 times)" in row.status_reason for row in laid) == left["dead_letter"]
    actions = [row.action for row in rows(sqlite_engine, audit.c.seq, audit.c.action)]
    assert actions.count("order.dead_letter") == left["dead_letter"]


def test_no_credit_stops_at_once_with_one_alert_and_the_rest_stays_queued(run, sqlite_engine):
    work, seen, left = run(Scenario("poor", rpm=240, credit=10), concurrency=2)
    assert left == {"issued": 10, "queued": ORDERS - 10}
    assert seen["after_exhausted"] <= 2
    assert "credit" in str(work.stopped_by)
    events = [row.event for row in rows(sqlite_engine, outbox.c.id, outbox.c.event)]
    assert events.count("ai.quota_exhausted") == 1
    waiting = rows(sqlite_engine, orders.c.id, orders.c.lane, orders.c.leased_by, orders.c.parks)
    assert [row[2:] for row in waiting if row.lane == "model"] == [(None, 0)] * 30


def test_a_bad_key_is_met_by_one_order_alone(run):
    work, seen, left = run("bad_key")
    assert left == {"queued": ORDERS}
    assert seen["requests"] == 1
    assert work.stopped_by is not None


@pytest.mark.parametrize(("name", "refused"), [("plain_tools", 1), ("plain_json", 2), ("plain_text", 3)])
def test_an_old_server_is_asked_in_a_simpler_way_after_it_refused_each_once(run, name, refused):
    _, seen, left = run(name, count=6)
    assert (left, seen["requests"]) == ({"issued": 6}, 6 + refused)


def test_an_answer_that_hangs_delays_one_order_and_loses_none(run):
    silent = Scenario("silent", chances={"silent": 0.1, "stall": 0.1})
    _, seen, left = run(silent, timeout_s=1.0)
    assert left == {"issued": ORDERS}
    assert seen["silent"] + seen["stall"] > 0


def test_a_letter_without_account_shows_the_reviewer_why(sqlite_engine, with_ai, quick):
    put(sqlite_engine, ["Could we get two of the red mug (item 22551, £1.65 each)? Thanks"])
    with start_simulator("calm") as simulator:
        work = drain(sqlite_engine, with_ai(simulator), quick)
        assert simulator.stats["requests"] == 2, "it says the same again: a third time would be no use"
    assert work.drafted == {"review": 1}
    assert rows(sqlite_engine, findings.c.id, findings.c.code)[0].code == "customer_missing"
    assert rows(sqlite_engine, drafts.c.id, drafts.c.outcome, drafts.c.reasks)[0][1:] == ("refused", 1)
