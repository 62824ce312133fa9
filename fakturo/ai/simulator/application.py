"""The simulator as a web application: chat completions as OpenAI and Azure serve them, and its own books.

A request passes, in this order: key, outage, credit, limits, the way it asks for a shape, what its text
allows, and then its luck.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from fakturo.ai.simulator import answers
from fakturo.ai.simulator.asking import Asked, read_request
from fakturo.ai.simulator.connections import tear
from fakturo.ai.simulator.faults import ILLS, Fault
from fakturo.ai.simulator.limit_headers import limit_headers, retry_after
from fakturo.ai.simulator.provider import Provider

_LABEL = {"x-fakturo-simulator": "1"}
_STALL_S = 3600.0
_DRIP_S, _DRIPS = 1.0, 30
"""Half a minute an answer, and no single wait so long that a timeout between two reads would notice."""
_LOOK_S = 0.1


def build(provider: Provider, now: Callable[[], datetime]) -> Starlette:
    """The web application of one provider."""

    async def complete(request: Request) -> Response:
        with provider.tally.held():
            response = await _Attempt(provider, request, now).answer()
        response.headers.update(_LABEL)
        return response

    async def stats(_request: Request) -> Response:
        return JSONResponse(
            provider.tally.report() | {"scenario": provider.scenario.name, "seed": provider.seed}
        )

    async def models(_request: Request) -> Response:
        return JSONResponse(
            {"object": "list", "data": [{"id": "simulator", "object": "model"}]}, headers=_LABEL
        )

    async def health(_request: Request) -> Response:
        return JSONResponse({"simulator": provider.scenario.name}, headers=_LABEL)

    chat = (
        "/openai/deployments/{deployment}/chat/completions"
        if provider.scenario.shape == "azure"
        else "/v1/chat/completions"
    )
    return Starlette(
        routes=[
            Route(chat, complete, methods=["POST"]),
            Route("/v1/models", models),
            Route("/admin/stats", stats),
            Route("/health", health),
        ]
    )


class _Attempt:
    """One request on its way."""

    def __init__(self, provider: Provider, request: Request, now: Callable[[], datetime]) -> None:
        self._provider, self._request, self._now = provider, request, now
        self._counts = provider.counts

    async def answer(self) -> Response:
        """Whatever this request gets."""
        try:
            asked = read_request(json.loads(await self._request.body()))
        except ValueError:
            return answers.error(400, "invalid_request_error", "The request is no chat request")
        provider, at = self._provider, self._now().timestamp()
        provider.tally.arrived(asked.text, at)
        if provider.is_out(at):
            return await self._down()
        refused = self._stranger() or self._limited(asked, at)
        if refused is not None:
            await asyncio.sleep(provider.refusal_s())
            return refused
        headers = limit_headers(provider.scenario, provider.limiter)
        refused = self._never(asked, headers)
        if refused is not None:
            await asyncio.sleep(provider.refusal_s())
            return refused
        return await self._by_luck(asked, headers)

    async def _down(self) -> Response:
        provider = self._provider
        with provider.tally.held_in_outage():
            await asyncio.sleep(provider.refusal_s())
            if provider.scenario.outage_kind != "503":
                tear(self._request)
            return answers.error(503, "service_unavailable", "The service is down")

    def _stranger(self) -> Response | None:
        given = self._request.headers
        if self._provider.scenario.shape == "azure":
            if "api-version" not in self._request.query_params:
                return answers.error(404, "404", "Resource not found")
            key = given.get("api-key", "")
        else:
            key = given.get("authorization", "").removeprefix("Bearer ")
        if self._provider.lets_in(key):
            return None
        self._counts["bad_key"] += 1
        return answers.error(401, "invalid_api_key", "Incorrect API key provided")

    def _limited(self, asked: Asked, at: float) -> Response | None:
        provider = self._provider
        if not provider.has_credit():
            self._counts["after_exhausted"] += 1
            return answers.error(429, "insufficient_quota", "You exceeded your current quota")
        limiter, scenario = provider.limiter, provider.scenario
        turn = limiter.refusals
        wait_s = limiter.over_limit_s(at, asked.tokens)
        if wait_s == 0:
            return None
        self._counts["429"] += 1
        headers = limit_headers(scenario, limiter) | retry_after(scenario, turn, wait_s, self._now())
        return answers.too_fast(scenario.shape, headers)

    def _never(self, asked: Asked, headers: dict[str, str]) -> Response | None:
        provider = self._provider
        if asked.mode not in provider.scenario.takes:
            self._counts["refused_format"] += 1
            return answers.unknown_format(asked.mode, headers)
        verdict = provider.verdict(asked.text)
        if verdict == "possible":
            return None
        provider.tally.impossible(asked.text)
        if verdict == "filtered":
            return answers.filtered(headers)
        if verdict == "too_long":
            message = "This model's maximum context length is 512 tokens"
            return answers.error(400, "context_length_exceeded", message, headers)
        return answers.error(400, "invalid_request_error", "This text cannot be processed", headers)

    async def _by_luck(self, asked: Asked, headers: dict[str, str]) -> Response:
        provider = self._provider
        provider.spend()
        chance = provider.chance(asked.request)
        latency_s, fault = provider.latency_s(chance), provider.fault(chance)
        provider.tally.let_through(asked.request, asked.text, asked.tokens, fault)
        await asyncio.sleep(latency_s)
        if fault in ILLS and fault != "drip":
            return await self._ill(fault, headers)
        said = answers.answer(asked, provider.read(asked.text), fault, chance, headers)
        provider.tally.answered(asked.request, asked.text, self._now().timestamp(), said.tokens)
        if fault == "drip":
            told = {"content-length": said.response.headers["content-length"]}
            return StreamingResponse(_dripping(bytes(said.response.body)), 200, {**headers, **told})
        return said.response

    async def _ill(self, fault: Fault, headers: dict[str, str]) -> Response:
        if fault == "bad_gateway":
            return HTMLResponse("<html><body>502 Bad Gateway (simulator)</body></html>", 502)
        if fault == "overloaded":
            return answers.error(529, "overloaded_error", "Overloaded", headers)
        if fault == "stall":
            return StreamingResponse(_stalled(), 200, {**headers, "content-length": "1000"})
        if fault == "silent":
            while not await self._request.is_disconnected():  # noqa: ASYNC110  # the only way to hear of it
                await asyncio.sleep(_LOOK_S)
        if fault == "reset":
            tear(self._request)
        return answers.error(500, "server_error", "The server had an error", headers)


async def _stalled() -> AsyncIterator[bytes]:
    yield b'{"id":'
    await asyncio.sleep(_STALL_S)


async def _dripping(body: bytes) -> AsyncIterator[bytes]:
    part = len(body) // _DRIPS + 1
    for place in range(0, len(body), part):
        yield body[place : place + part]
        await asyncio.sleep(_DRIP_S)
