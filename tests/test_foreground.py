"""Draining without a Prefect server, and the command that does it: progress, run, patience, cache, stop."""

import asyncio
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from fakturo import foreground
from fakturo import settings as settings_room
from fakturo.ai.simulator.scenarios import Scenario
from fakturo.ai.simulator.server import start_simulator
from fakturo.cli.main import app
from fakturo.clock import utc_now
from fakturo.ledger.orders import queue
from fakturo.ledger.tables import ai_calls, drafts
from fakturo.settings import load
from tests.ai.wishes import claim_one, put, put_wishes, rows, wish


def drain(engine, settings, **more):
    return asyncio.run(foreground.drain(engine, settings, **more))


def with_ai(settings, simulator, **more):
    known = {"base_url": simulator.base_url, "timeout_s": 0.5, "concurrency": 4}
    return load(home=settings.home, _env_file=None, ai=known | more)


def states(engine):
    return {name: count for name, count in queue.counts(engine, utc_now()).items() if count}


def test_drafts_and_issues_and_tells_how_far_it_is(sqlite_engine, settings):
    put_wishes(sqlite_engine, 5)
    told = []

    async def tell(work):
        told.append((work.done, work.finished))

    with start_simulator("calm") as simulator:
        work = drain(sqlite_engine, with_ai(settings, simulator), run_id="run-7", on_progress=tell)
    assert (work.drafted, work.issued.issued, work.stopped_by) == ({"proved": 5}, 5, None)
    assert told[-1] == (10, 5), "each was drafted and issued; five have left the queue"
    assert told == sorted(told)
    assert len(work.durations_s) == 5
    assert {row.run_id for row in rows(sqlite_engine, ai_calls.c.id, ai_calls.c.run_id)} == {"run-7"}
    assert {row.run_id for row in rows(sqlite_engine, drafts.c.id, drafts.c.run_id)} == {"run-7"}


def test_without_a_provider_every_free_text_goes_to_a_person(engine, settings):
    put_wishes(engine, 2)
    assert drain(engine, settings).drafted == {"review": 2}
    assert states(engine) == {"needs_review": 2}


def test_a_drain_that_is_told_to_stop_claims_nothing(sqlite_engine, settings):
    put_wishes(sqlite_engine, 1)
    assert drain(sqlite_engine, settings, stop=lambda: True).done == 0
    assert states(sqlite_engine) == {"queued": 1}


def test_parked_orders_are_left_by_a_drain_without_patience(sqlite_engine, settings):
    put_wishes(sqlite_engine, 1)
    held = claim_one(sqlite_engine)
    until = utc_now() + timedelta(hours=1)
    queue.park(sqlite_engine, held.id, reason="x", not_before=until, now=utc_now(), worker="w")
    with start_simulator("calm") as simulator:
        assert drain(sqlite_engine, with_ai(settings, simulator)).done == 0
        assert simulator.stats == {}
    assert states(sqlite_engine) == {"parked": 1}


def test_what_is_under_way_when_it_is_told_to_stop_is_finished_in_the_grace(sqlite_engine, settings):
    put_wishes(sqlite_engine, 1)
    with start_simulator(Scenario("slow", latency_ms=(150, 150))) as simulator:
        asked = simulator.provider.tally.counts
        work = drain(sqlite_engine, with_ai(settings, simulator), stop=lambda: asked["requests"] > 0)
    assert work.drafted == {"proved": 1}


@pytest.fixture
def run(settings, monkeypatch, tmp_path):
    """Call `fakturo issue …` against a simulator; gives exit code and output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAKTURO_HOME", str(settings.home))

    def call(simulator, *words):
        monkeypatch.setenv("FAKTURO_AI_BASE_URL", simulator.base_url)
        settings_room.current.cache_clear()
        return CliRunner().invoke(app, ["issue", *words])

    yield call
    settings_room.current.cache_clear()


def test_the_command_prints_what_became_of_the_orders(sqlite_engine, run):
    put_wishes(sqlite_engine, 3)
    with start_simulator("calm") as simulator:
        done = run(simulator)
    assert done.exit_code == 0
    lines = {
        line.rsplit(maxsplit=1)[0]: line.split()[-1] for line in done.stdout.splitlines() if line.strip()
    }
    assert (lines["issued"], lines["drafted"], lines["parked"]) == ("3", "3", "0")
    assert "3 (1.00 an order)" in done.stdout


def test_the_command_asks_anew_where_it_is_told_to(sqlite_engine, run):
    """The same letter comes three times."""
    text, asked = wish(1)[0], []
    with start_simulator("calm") as simulator:
        for number, words in enumerate(((), (), ("--no-cache",)), 1):
            put(sqlite_engine, [text], first=number)
            assert run(simulator, *words).exit_code == 0
            asked.append(simulator.stats["requests"])
    assert asked == [1, 1, 2]


def test_the_command_waits_for_parked_orders_as_long_as_it_is_told(sqlite_engine, run):
    put_wishes(sqlite_engine, 1)
    held = claim_one(sqlite_engine)
    until = utc_now() + timedelta(seconds=1)
    queue.park(sqlite_engine, held.id, reason="x", not_before=until, now=utc_now(), worker="w")
    with start_simulator("calm") as simulator:
        assert "still parked" in run(simulator, "--patience", "0").stdout
        assert simulator.stats == {}
        assert "still parked" not in run(simulator, "--patience", "5").stdout
    assert states(sqlite_engine) == {"issued": 1}


def test_the_command_says_what_stopped_the_drafting_and_fails(sqlite_engine, run):
    put_wishes(sqlite_engine, 2)
    with start_simulator("bad_key") as simulator:
        done = run(simulator)
    assert done.exit_code == 1
    assert "Drafting stopped: " in done.stdout
    assert "The rest stays queued." in done.stdout
    assert states(sqlite_engine) == {"queued": 2}


def test_the_command_fails_where_an_order_was_laid_aside(sqlite_engine, run):
    put_wishes(sqlite_engine, 1)
    with start_simulator(Scenario("hard", impossible=1.0)) as simulator:
        done = run(simulator)
    assert done.exit_code == 1
    assert states(sqlite_engine) == {"dead_letter": 1}
