"""What tests of the AI lane share: settings of a provider, and the desk of a run."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fakturo.ai.lane.budget import RetryBudget
from fakturo.ai.lane.desk import Desk, open_desk
from fakturo.settings import Settings, load
from tests.ai.quick_time import QuickTime
from tests.ai.scripted import Clock

MakeSettings = Callable[..., Settings]
MakeDesk = Callable[..., Desk]


@pytest.fixture
def clock() -> Clock:
    """Monday, 2 March 2026, 09:00 UTC, until somebody sleeps."""
    return Clock()


@pytest.fixture
def with_ai(settings: Settings) -> MakeSettings:
    """Settings of the test's home with these of the AI step; `base_url` is the simulator's.

    Who asks it has the product's patience: a slow machine must not look like a provider that hangs.
    """

    def made(simulator: Any = None, **values: Any) -> Settings:
        known = {"timeout_s": 0.5} if simulator is None else {"base_url": simulator.base_url}
        return load(home=settings.home, _env_file=None, ai=known | {"concurrency": 4} | values)

    return made


@pytest.fixture
def desk_of(with_ai: MakeSettings, clock: Clock) -> Iterator[MakeDesk]:
    """The desk of a run over scripted providers, or over real ones where none are given."""
    opened: list[Desk] = []

    def made(engine: Any, *clients: Any, run_id: str | None = "run-1", **values: Any) -> Desk:
        setup = with_ai(**{"base_url": "http://one.test"} | values)
        times = {"now": clock.now, "sleep": clock.sleep}
        if clients:
            retries = RetryBudget(setup.ai.retry_share)
            return Desk(engine, setup, clients, "w", run_id, **times, retries=retries)
        desk = open_desk(engine, setup, worker="w", run_id=run_id, **times)
        opened.append(desk)
        return desk

    yield made
    for desk in opened:
        asyncio.run(desk.aclose())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> QuickTime:
    """Eight times as fast, for the lane and the simulators of a test; latencies and timeouts are real."""
    time = QuickTime(8)
    monkeypatch.setattr("fakturo.ai.simulator.server.utc_now", time.now)
    return time
