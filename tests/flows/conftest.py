"""What the tests of flows share: one plain Prefect server a session, a queue to fill, and a way to ask."""

import asyncio
import gc
import os
import socket
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker
from prefect.settings import PREFECT_API_URL, temporary_settings
from sqlalchemy import Engine, insert

from fakturo import server as prefect_server
from fakturo.cli.up.supervisor import Child, Supervisor, last_lines
from fakturo.ledger.open import writing
from fakturo.ledger.orders import queue
from fakturo.ledger.tables import orders
from fakturo.order import Order, content
from fakturo.settings import Settings, current, load


def _wait_for(what: Any, seconds: float = 90.0) -> Any:
    give_up_at = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < give_up_at, f"waited {seconds:.0f} s in vain"
        time.sleep(0.05)
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., Any]:
    """Ask until the answer is true; gives the answer."""
    return _wait_for


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A port that nobody has right now."""
    return _free_port


@pytest.fixture(scope="module", autouse=True)
def _leaves_no_socket(request: pytest.FixtureRequest) -> Iterator[None]:
    """What Prefect's clients leave open is collected here, not as a warning in somebody else's test."""
    yield
    if request.node.get_closest_marker("server"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gc.collect()


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Prefect server as `fakturo up` starts it, without worker and resident run."""
    settings = load(home=tmp_path_factory.mktemp("server") / "home", _env_file=None)
    settings = settings.model_copy(update={"up": settings.up.model_copy(update={"port": _free_port()})})
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    supervisor = Supervisor(prefect_server.environment(settings, outside), print)
    command = (sys.executable, "-m", "prefect", "server", "start", "--port", str(settings.up.port))
    child = Child("Server", command, settings.home / "server.log", grace_s=3)
    supervisor.start(child)
    try:
        _wait_for(lambda: prefect_server.answers(settings) or child.process.poll() is not None, 120)
        assert child.process.poll() is None, last_lines(child.log)
        yield prefect_server.address(settings)
    finally:
        for service in (
            EventsWorker,
            APILogWorker,
        ):  # else this process tries to reach the server for a minute
            service.drain_all(timeout=5)
        supervisor.stop()
        with warnings.catch_warnings():  # what Prefect's threads of this process leave to the collector
            warnings.simplefilter("ignore")
            gc.collect()


@pytest.fixture
def server(server_url: str) -> Iterator[str]:
    """The server, for flows that this process runs."""
    with temporary_settings({PREFECT_API_URL: f"{server_url}/api"}):
        yield server_url


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Settings of a home of the test's own, as the flows of this process see them."""
    monkeypatch.setenv("FAKTURO_HOME", str(settings.home))
    current.cache_clear()
    yield current()
    current.cache_clear()


@pytest.fixture
def ask() -> Callable[[Any], Any]:
    """Run `what(client)` against the server."""

    async def asked(what: Any) -> Any:
        async with get_client() as client:
            return await what(client)

    return lambda what: asyncio.run(asked(what))


@pytest.fixture
def land(order: Order) -> Callable[..., None]:
    """Put orders into a ledger's queue as intake would."""

    def landed(engine: Engine, count: int, *, lane: str = "rules", tag: str = "n") -> None:
        now = datetime.now(UTC)
        with writing(engine) as connection:
            for number in range(count):
                each = order.model_copy(update={"external_id": f"{tag}-{number}"})
                connection.execute(
                    insert(orders).values(
                        source="test",
                        external_id=each.external_id,
                        content_sha256=f"{tag}-{number}",
                        lane=lane,
                        status="queued",
                        content=content(each) if lane == "rules" else None,
                        raw=None
                        if lane == "rules"
                        else f"Hello, please send us 6 lanterns ({tag}-{number}).",
                        received_at=now,
                        updated_at=now,
                    )
                )

    return landed


@pytest.fixture
def states() -> Callable[[Engine], dict[str, int]]:
    """How many orders are in each state that has some."""
    return lambda engine: {
        name: count for name, count in queue.counts(engine, datetime.now(UTC)).items() if count
    }
