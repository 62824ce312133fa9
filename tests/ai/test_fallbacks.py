"""A second provider end to end: whatever the first cannot do, each with its own buckets and breaker.

How often a provider that is down is asked grows with the time that the machine takes; what stands still are
the rests between two looks.
"""

from itertools import pairwise

import pytest

from fakturo.ai.lane.endpoint import read_state
from fakturo.ai.simulator.scenarios import Scenario
from fakturo.ai.simulator.server import start_simulator
from fakturo.ledger.ai import ai_endpoints
from fakturo.ledger.orders import queue
from fakturo.ledger.tables import ai_calls, drafts
from tests.ai.quick_time import drain
from tests.ai.wishes import put_wishes, rows, wrong

FIRST = {
    "refuses": Scenario("refuses", chances={"refusal": 1.0}),
    "filters": Scenario("filters", filtered=1.0),
    "too long": Scenario("too long", impossible=1.0),
    "dead": Scenario("dead", outages_s=((0.0, 3600.0),)),
    "no credit": Scenario("no credit", credit=0),
    "bad key": Scenario("bad key", key="another"),
}
RESTS_S = {"dead": (5, 0.5, 1.25, 30.0), "no credit": (1, 10.0, 2.0, 900.0), "bad key": (1, 10.0, 2.0, 900.0)}
"""How many requests it takes, the first rest after them, by how much rests grow, and the longest."""


def is_left_alone(engine, simulator, met, first_s, growth, longest_s):
    """Whether so many requests met it, and from then on one at a time, each after a longer rest."""
    endpoint = f"{simulator.base_url}/chat/completions"
    sent = rows(engine, ai_calls.c.id, ai_calls.c.endpoint, ai_calls.c.started_at)
    moments = [row.started_at for row in sent if row.endpoint == endpoint]
    assert len(moments) == simulator.stats["requests"]
    rests_s = [(after - before).total_seconds() for before, after in pairwise(moments[met - 1 :])]
    return all(rest_s >= min(first_s * growth**no, longest_s) for no, rest_s in enumerate(rests_s))


@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST.keys())
def test_the_second_drafts_what_the_first_cannot(sqlite_engine, with_ai, quick, first):
    truths = put_wishes(sqlite_engine, 12)
    with start_simulator(first) as one, start_simulator("calm") as two:
        fallback = {"base_url": two.base_url, "model": "second"}
        work = drain(sqlite_engine, with_ai(one, fallbacks=[fallback]), quick)
        assert two.stats["requests"] == 12
    assert work.stopped_by is None
    assert queue.counts(sqlite_engine, quick.now())["issued"] == 12
    assert wrong(sqlite_engine, truths) == []
    assert {row.model for row in rows(sqlite_engine, drafts.c.id, drafts.c.model)} == {"second"}
    if first.name in RESTS_S:
        assert one.stats["requests"] >= RESTS_S[first.name][0]
        assert is_left_alone(sqlite_engine, one, *RESTS_S[first.name])
    else:
        assert one.stats["requests"] == 12


def test_buckets_and_breakers_are_apart(sqlite_engine, with_ai, quick):
    put_wishes(sqlite_engine, 12)
    with start_simulator(FIRST["dead"]) as one, start_simulator(Scenario("slow", rpm=1200)) as two:
        settings = with_ai(one, fallbacks=[{"base_url": two.base_url}])
        drain(sqlite_engine, settings, quick)
        names = [f"{each.base_url}/chat/completions {settings.ai.model}" for each in (one, two)]
    first, second = (read_state(ai_endpoints.state(sqlite_engine, name)) for name in names)
    assert (first.breaker.rests > 0, second.breaker.rests) == (True, 0)
    assert first.pace.requests.published is None
    assert second.pace.requests.published == pytest.approx(19.9)


def test_both_dead_leaves_all_in_the_queue(sqlite_engine, with_ai, quick):
    put_wishes(sqlite_engine, 12)
    with start_simulator(FIRST["dead"]) as one, start_simulator(FIRST["dead"]) as two:
        settings = with_ai(one, fallbacks=[{"base_url": two.base_url}])
        work = drain(sqlite_engine, settings, quick, patience_s=0.0)
        assert one.stats["requests"] >= 5
        assert all(is_left_alone(sqlite_engine, each, *RESTS_S["dead"]) for each in (one, two))
    counts = queue.counts(sqlite_engine, quick.now())
    assert counts["queued"] + counts["parked"] == 12
    assert set(work.drafted) <= {"parked"}
