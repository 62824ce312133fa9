"""A worker killed while the model thinks: the call stays counted as spent, and the order is drafted again."""

import subprocess
import sys
import time
from dataclasses import replace
from decimal import Decimal

import pytest

from fakturo.ai.simulator.scenarios import Scenario
from fakturo.ai.simulator.server import start_simulator
from fakturo.clock import utc_now
from fakturo.ledger.ai import ai_spending
from fakturo.ledger.orders import queue
from fakturo.ledger.orders.holders import release_dead
from fakturo.ledger.tables import ai_calls
from tests.ai.quick_time import QuickTime, drain
from tests.ai.wishes import put_wishes, rows, wrong

SLOW = Scenario("slow", latency_ms=(60_000, 60_000))
WORKER = """
import asyncio
from fakturo import foreground
from fakturo.ledger.open import open_ledger
from fakturo.settings import current
asyncio.run(foreground.drain(open_ledger(current()), current(), run_id="killed"))
"""


@pytest.fixture
def environment(engine, settings, pytestconfig):
    """What a worker process of this test is started with."""

    def of(simulator):
        priced = {"FAKTURO_AI_PRICE_IN": "2.50", "FAKTURO_AI_PRICE_OUT": "10"}
        url = engine.url.render_as_string(hide_password=False)
        known = {"FAKTURO_HOME": str(settings.home), "FAKTURO_LEDGER_URL": url}
        known["PYTHONPATH"] = str(pytestconfig.rootpath)
        return known | priced | {"FAKTURO_AI_BASE_URL": simulator.base_url, "FAKTURO_AI_TIMEOUT_S": "60"}

    return of


def killed_while_it_waits(simulator, environment, cwd):
    """Start a worker and kill it once its request has arrived."""
    with subprocess.Popen([sys.executable, "-c", WORKER], env=environment, cwd=cwd) as worker:
        give_up_at = time.monotonic() + 60
        while not simulator.stats.get("requests"):
            assert worker.poll() is None, "the worker ended by itself"
            assert time.monotonic() < give_up_at
            time.sleep(0.01)
        worker.kill()
    assert worker.returncode == -9


def test_kill_9_between_the_call_and_its_answer(engine, with_ai, environment, tmp_path):
    truths = put_wishes(engine, 1)
    with start_simulator(SLOW) as simulator:
        killed_while_it_waits(simulator, environment(simulator), tmp_path)
        columns = ("outcome", "cost_micros", "run_id", "started_at")
        (left,) = rows(engine, ai_calls.c.id, *(ai_calls.c[name] for name in columns))
        assert (left.outcome, left.run_id) == ("sent", "killed")
        assert left.cost_micros > 1000
        day = f"day:{left.started_at:%Y-%m-%d}"
        assert ai_spending.spent(engine, day) == ai_spending.spent(engine, "run:killed")
        assert ai_spending.spent(engine, day)[1] == left.cost_micros
        assert queue.counts(engine, utc_now())["working"] == 1

        simulator.provider.scenario = replace(SLOW, latency_ms=(5, 20))
        assert release_dead(engine, utc_now()) == 1
        priced = {"price_in": Decimal("2.50"), "price_out": Decimal(10)}
        drain(engine, with_ai(simulator, **priced), QuickTime(1))
    assert queue.counts(engine, utc_now())["issued"] == 1
    assert wrong(engine, truths) == []
    sent, again = rows(engine, ai_calls.c.id, ai_calls.c.outcome, ai_calls.c.cost_micros)
    assert (sent.outcome, again.outcome) == ("sent", "ok")
    assert ai_spending.spent(engine, day)[1] == sent.cost_micros + again.cost_micros
