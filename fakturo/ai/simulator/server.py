"""The simulator on real loopback HTTP: in a thread of this process, or in the foreground."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from fakturo.ai.simulator.application import build
from fakturo.ai.simulator.connections import Listening, Resettable, bind
from fakturo.ai.simulator.provider import Provider
from fakturo.ai.simulator.scenarios import Scenario, find_scenario
from fakturo.clock import utc_now
from fakturo.errors import BadInput

_START_S = 20.0
AZURE_VERSION = "2024-10-21"


@dataclass(frozen=True)
class Running:
    """A simulator that listens."""

    origin: str
    provider: Provider

    @property
    def base_url(self) -> str:
        """What FAKTURO_AI_BASE_URL takes."""
        return base_url(self.origin, self.provider.scenario)

    @property
    def stats(self) -> dict[str, int]:
        """Its plain counts so far; `/admin/stats` tells more."""
        return dict(self.provider.counts)


@contextmanager
def start_simulator(
    scenario: str | Scenario,
    seed: int = 0,
    port: int = 0,
    truths: Mapping[str, dict[str, Any]] | None = None,
) -> Iterator[Running]:
    """Run a simulator in a thread of this process until the block ends.

    Args:
        truths: right answers by order text, where they are known.

    Raises:
        BadInput: the port is taken, or there is no such scenario.
    """
    provider = Provider(find_scenario(scenario) if isinstance(scenario, str) else scenario, seed, truths)
    bound = bind("127.0.0.1", port)
    address: tuple[str, int] = bound.getsockname()
    server = Listening(_config(provider), provider, address)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    started = threading.Event()
    original = server.startup

    async def startup(sockets: list[socket.socket] | None = None) -> None:
        await original(sockets)
        started.set()

    server.startup = startup  # type: ignore[method-assign]
    thread.start()
    if not started.wait(_START_S):
        raise BadInput(f"The simulator did not start within {_START_S:g} s.")
    try:
        yield Running(f"http://127.0.0.1:{address[1]}", provider)
    finally:
        server.should_exit = server.force_exit = True
        thread.join(_START_S)
        bound.close()


def serve(scenario: Scenario, *, seed: int, host: str, port: int, on_start: Callable[[str], None]) -> None:
    """Run a simulator in the foreground until Ctrl-C.

    Raises:
        BadInput: the port is taken.
    """
    bound = bind(host, port)
    address: tuple[str, int] = bound.getsockname()
    provider = Provider(scenario, seed)
    on_start(base_url(f"http://{host}:{address[1]}", scenario))
    with contextlib.closing(bound), contextlib.suppress(KeyboardInterrupt):
        Listening(_config(provider), provider, address).run(sockets=[bound])


def base_url(origin: str, scenario: Scenario) -> str:
    """Address to give to a client: OpenAI's, or that of an Azure deployment."""
    if scenario.shape == "azure":
        return f"{origin}/openai/deployments/simulator?api-version={AZURE_VERSION}"
    return f"{origin}/v1"


def _config(provider: Provider) -> uvicorn.Config:
    return uvicorn.Config(
        build(provider, utc_now),
        http=Resettable,
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
