"""The simulator as a web server: `/v1/chat/completions`, `/v1/models`, `/admin/stats`, `/health`."""

import asyncio
import contextlib
import hashlib
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from fakturo.ai.simulator import answers
from fakturo.ai.simulator.provider import Provider
from fakturo.ai.simulator.scenarios import Scenario, find_scenario
from fakturo.clock import utc_now
from fakturo.errors import BadInput

STALL_S = 3600.0
_LABEL = {"x-fakturo-simulator": "1"}
_START_S = 20.0


class _Resettable(H11Protocol):
    """Remembers its transport by the peer's address, so that a connection can be torn."""

    transports: dict[tuple[str, int], asyncio.Transport] = {}  # noqa: RUF012  # one per process, as the sockets are

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._peer = transport.get_extra_info("peername")
        self.transports[self._peer] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.transports.pop(self._peer, None)
        super().connection_lost(exc)


def build(provider: Provider, now: Callable[[], datetime] = utc_now) -> Starlette:
    """The web application of one provider."""

    async def complete(request: Request) -> Response:
        response = await _complete(provider, request, now)
        response.headers.update(_LABEL)
        return response

    async def stats(_request: Request) -> Response:
        return JSONResponse(
            dict(provider.counts) | {"scenario": provider.scenario.name, "seed": provider.seed}
        )

    async def models(_request: Request) -> Response:
        return JSONResponse(
            {"object": "list", "data": [{"id": "simulator", "object": "model"}]}, headers=_LABEL
        )

    async def health(_request: Request) -> Response:
        return JSONResponse({"simulator": provider.scenario.name}, headers=_LABEL)

    return Starlette(
        routes=[
            Route("/v1/chat/completions", complete, methods=["POST"]),
            Route("/v1/models", models),
            Route("/admin/stats", stats),
            Route("/health", health),
        ]
    )


async def _complete(  # noqa: PLR0911  # one return a way to answer
    provider: Provider, request: Request, now: Callable[[], datetime]
) -> Response:
    try:
        body: dict[str, Any] = json.loads(await request.body())
        key = hashlib.sha256(json.dumps(body.get("messages"), sort_keys=True).encode()).hexdigest()
    except (ValueError, AttributeError):
        return answers.error(400, "invalid_request_error", "The request is not JSON")
    at, counts, scenario = now().timestamp(), provider.counts, provider.scenario
    chance = provider.begin(key, at)
    if provider.is_out(at):
        counts["during_outage"] += 1
        return answers.error(503, "service_unavailable", "The service is down")
    if not provider.has_credit():
        counts["after_exhausted"] += 1
        return answers.error(429, "insufficient_quota", "You exceeded your current quota")
    wait_s = provider.over_limit_s(at, answers.tokens_of(body))
    if wait_s > 0:
        counts["429"] += 1
        return answers.too_fast(provider, wait_s, now())
    headers = provider.limit_headers()
    if not scenario.takes_schema and body.get("response_format", {}).get("type") == "json_schema":
        counts["refused_schema"] += 1
        return answers.error(
            400, "invalid_request_error", "response_format json_schema is not supported", headers
        )
    if provider.is_impossible(answers.order_text(body)):
        counts["impossible"] += 1
        return answers.error(400, "invalid_request_error", "This text cannot be processed", headers)
    await asyncio.sleep(chance.uniform(*scenario.latency_ms) / 1000)
    return await _faulty(provider, request, body, chance, headers)


async def _faulty(
    provider: Provider, request: Request, body: dict[str, Any], chance: Any, headers: dict[str, str]
) -> Response:
    fault = provider.fault(chance)
    provider.counts[fault or "right"] += 1
    if fault == "server_error":
        return answers.error(500, "server_error", "The server had an error", headers)
    if fault == "overloaded":
        return answers.error(529, "overloaded_error", "Overloaded", headers)
    if fault == "reset" and request.client:
        _Resettable.transports[(request.client.host, request.client.port)].abort()
        return Response(status_code=500)
    if fault == "stall":
        return StreamingResponse(_stalled(), 200, {**headers, "content-length": "1000"})
    provider.counts["ok"] += 1
    return answers.answer(body, fault, chance, headers)


async def _stalled() -> AsyncIterator[bytes]:
    yield b'{"id":'
    await asyncio.sleep(STALL_S)


@dataclass(frozen=True)
class Running:
    """A simulator that listens."""

    base_url: str
    provider: Provider

    @property
    def stats(self) -> dict[str, int]:
        """Its own counts so far."""
        return dict(self.provider.counts)


@contextmanager
def start_simulator(scenario: str | Scenario, seed: int = 0, port: int = 0) -> Iterator[Running]:
    """Run a simulator in a thread of this process, on real loopback HTTP, until the block ends.

    Raises:
        BadInput: the port is taken, or there is no such scenario.
    """
    provider = Provider(find_scenario(scenario) if isinstance(scenario, str) else scenario, seed)
    bound = _bind("127.0.0.1", port)
    server = uvicorn.Server(_config(provider))
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
        yield Running(f"http://127.0.0.1:{bound.getsockname()[1]}/v1", provider)
    finally:
        server.should_exit = server.force_exit = True
        thread.join(_START_S)
        bound.close()


def serve(scenario: Scenario, *, seed: int, host: str, port: int, on_start: Callable[[str], None]) -> None:
    """Run a simulator in the foreground until Ctrl-C.

    Raises:
        BadInput: the port is taken.
    """
    bound = _bind(host, port)
    on_start(f"http://{host}:{bound.getsockname()[1]}/v1")
    with contextlib.closing(bound), contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(_config(Provider(scenario, seed))).run(sockets=[bound])


def _config(provider: Provider) -> uvicorn.Config:
    return uvicorn.Config(
        build(provider),
        http=_Resettable,
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=1,
    )


def _bind(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise BadInput(
            f"Port {port} of {host} is taken: {error.strerror}. Choose another with --port."
        ) from None
    return bound
