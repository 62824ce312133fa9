"""The one door to an AI provider: a single HTTP attempt, and one class of error for whatever goes wrong.

Speaks `/v1/chat/completions` as OpenAI, Azure OpenAI, vLLM, Ollama and LM Studio do. It never retries, never
waits, follows no redirect, and the key shows in no repr, log or message.
"""

import asyncio
import json
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from fakturo.ai.provider import addresses, chat
from fakturo.ai.provider.chat import SIMPLER, Mode
from fakturo.ai.provider.error_body import read_error
from fakturo.ai.provider.failures import http_failure, refuses_format
from fakturo.ai.provider.limits import Limits, read_limits
from fakturo.errors import (
    AiError,
    BadSetting,
    FormatRefused,
    InvalidOutput,
    Permanent,
    TimedOut,
    Transient,
    Truncated,
)
from fakturo.setting_groups.ai import Provider
from fakturo.settings import Settings

__all__ = ["SIMPLER", "Answer", "Mode", "ModelClient", "open_clients"]

LONGEST_ANSWER_BYTES = 4 * 1024 * 1024
"""An order of 10,000 lines is about 1 MB of JSON; more is no answer."""
CONNECT_S = 10.0
IDLE_S = 30.0
"""An idle connection is kept so long: else a slow pace pays a TLS handshake a call. They close after 60 s."""


@dataclass(frozen=True)
class Answer:
    """What the model wrote, and what it cost."""

    text: str
    model: str
    prompt_tokens: int | None
    completion_tokens: int | None
    limits: Limits
    duration_ms: int


class ModelClient:
    """One endpoint and model, with its pool of kept-alive connections. Close it with `aclose`."""

    def __init__(self, provider: Provider, *, timeout_s: float, connections: int) -> None:
        """Prepare, without connecting.

        Args:
            provider: its `key` is read here, once.
            timeout_s: no call waits longer, whatever it asks for.
            connections: kept alive at most.

        Raises:
            BadSetting: no http(s) address, or a key that no header can carry.
        """
        self.provider = provider
        self.url = addresses.completions_url(provider.base_url)
        self.model = provider.model
        self.timeout_s = timeout_s
        self.calls = 0
        """HTTP attempts so far."""
        self.tokens = 0
        """Paid for so far, as the provider counts."""
        self._key = provider.key
        try:
            httpx.URL(self.url)
        except httpx.InvalidURL:
            raise BadSetting(
                f"FAKTURO_AI_BASE_URL leads to {self.endpoint!r}, which is no http(s) address."
            ) from None
        self._http = httpx.AsyncClient(
            headers={"content-type": "application/json"} | addresses.key_headers(self.url, self._key),
            limits=httpx.Limits(
                max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=IDLE_S
            ),
        )

    def __repr__(self) -> str:
        return f"ModelClient({self.endpoint!r}, {self.model!r})"

    @property
    def endpoint(self) -> str:
        """Where it asks, without query and credentials."""
        return addresses.endpoint(self.url)

    @property
    def name(self) -> str:
        """Key of its buckets and breaker in the ledger."""
        return f"{self.endpoint} {self.model}"[:250]

    async def ask(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        schema: Mapping[str, Any],
        mode: Mode,
        timeout_s: float,
        now: datetime,
    ) -> Answer:
        """Make one attempt; the whole of it, body included, ends within `timeout_s` seconds.

        Raises:
            FormatRefused: the server does not know `mode`; ask again with `SIMPLER[mode]`.
            AiError: one class for each other way to fail.
        """
        loop = asyncio.get_running_loop()
        started, timeout_s = loop.time(), min(timeout_s, self.timeout_s)
        self.calls += 1
        request = chat.request_body(self.model, messages, mode, schema)
        try:
            async with asyncio.timeout(timeout_s):
                status, headers, body = await self._post(request, timeout_s)
        except (TimeoutError, httpx.TimeoutException):
            raise TimedOut(f"The AI provider did not answer within {timeout_s:g} s.") from None
        except httpx.TransportError as error:
            raise Transient(f"The AI provider cannot be reached: {_reason(error)}.") from None
        if not httpx.codes.is_success(status):
            raise self._failure(status, headers, body, mode, now)
        parsed = _parse(body)
        if chat.error_within(parsed):
            raise self._failure(_status_within(parsed), headers, _error_within(parsed), mode, now)
        said = chat.read_completion(parsed)
        self.tokens += (said.prompt_tokens or 0) + (said.completion_tokens or 0)
        return Answer(
            text=said.text,
            model=said.model or self.model,
            prompt_tokens=said.prompt_tokens,
            completion_tokens=said.completion_tokens,
            limits=read_limits(headers, now),
            duration_ms=round((loop.time() - started) * 1000),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _post(self, request: bytes, timeout_s: float) -> tuple[int, dict[str, str], bytes]:
        timeout = httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s))
        async with self._http.stream("POST", self.url, content=request, timeout=timeout) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            try:
                body = await _body(response)
            except AiError:
                if response.is_success:
                    raise
                body = b""  # the status says enough
            return response.status_code, headers, body

    def _failure(
        self, status: int, headers: Mapping[str, str], body: bytes, mode: Mode, now: datetime
    ) -> AiError:
        error = http_failure(status, headers, body, now, key=self._key.get_secret_value())
        if SIMPLER[mode] and isinstance(error, Permanent) and refuses_format(status, body):
            return FormatRefused(
                f"The AI provider does not take {mode} (HTTP {status}); a simpler way may work.",
                status=status,
            )
        return error


def open_clients(settings: Settings) -> tuple[ModelClient, ...]:
    """One client for each of `settings.ai.providers`, in their order; empty when none is set up."""
    ai = settings.ai
    return tuple(
        ModelClient(provider, timeout_s=ai.timeout_s, connections=ai.concurrency) for provider in ai.providers
    )


async def _body(response: httpx.Response) -> bytes:
    body, status = bytearray(), response.status_code
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LONGEST_ANSWER_BYTES:
                raise InvalidOutput("The AI provider's answer is longer than 4 MB.", status=status)
    except httpx.RemoteProtocolError:
        raise Truncated("The AI provider's answer broke off.", status=status) from None
    except httpx.ReadError:
        raise Transient("The AI provider's connection was reset within the answer.", status=status) from None
    except httpx.DecodingError:
        raise InvalidOutput("The AI provider's answer cannot be unpacked.", status=status) from None
    return bytes(body)


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        bare = body.strip()
        if bare.startswith(b"{") and not bare.endswith(b"}"):  # closed early, and no length was promised
            raise Truncated("The AI provider's answer broke off.", status=200) from None
        raise InvalidOutput("The AI provider's answer is not JSON.", status=200) from None


def _error_within(parsed: Any) -> bytes:
    choices = parsed.get("choices")
    return json.dumps({"error": choices[0].get("error") or {}} if choices else parsed).encode()


def _status_within(parsed: Any) -> int:
    """The status that a gateway names in the error of a 200, as a number or in a word; else it is a 5xx."""
    said = read_error(_error_within(parsed))
    if said.status:
        return said.status
    if said.has_code("rate_limit"):
        return httpx.codes.TOO_MANY_REQUESTS
    blames_request = said.has_code("invalid_", "context_length", "content_filter", "content_policy")
    return httpx.codes.BAD_REQUEST if blames_request else httpx.codes.BAD_GATEWAY


def _reason(error: BaseException) -> str:
    """What went wrong below HTTP, in words that name neither address nor key."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "its TLS certificate is not trusted"
        if isinstance(cause, socket.gaierror):
            return "its name is not found"
        if isinstance(cause, ConnectionRefusedError):
            return "nobody listens there"
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__
