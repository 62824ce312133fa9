"""The one door to an AI provider: a single HTTP attempt, and one class of error for whatever goes wrong.

Speaks `/v1/chat/completions` as OpenAI, Azure OpenAI, vLLM, Ollama and LM Studio do. It never retries, never
waits, and the key shows in no repr, log or message.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import httpx

from fakturo.ai.failures import http_failure, names_format
from fakturo.ai.limits import Limits, read_limits
from fakturo.errors import (
    AiError,
    BadSetting,
    FormatRefused,
    InvalidOutput,
    Refused,
    TimedOut,
    Transient,
    Truncated,
)
from fakturo.settings import Provider, Settings

LONGEST_ANSWER_BYTES = 4 * 1024 * 1024
"""An order of 10,000 lines is about 1 MB of JSON; more is no answer."""
CONNECT_S = 10.0

Mode = Literal["json_schema", "tools", "json_object", "text"]
"""How the shape of the answer is asked for."""
SIMPLER: dict[Mode, Mode | None] = {
    "json_schema": "tools",
    "tools": "json_object",
    "json_object": "text",
    "text": None,
}
"""What to ask for instead, where the server refuses a way; None: nothing is simpler."""
_FUNCTION = "order_draft"


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
        self.url = completions_url(provider.base_url)
        self.model = provider.model
        self.timeout_s = timeout_s
        self.calls = 0
        """HTTP attempts so far."""
        self.tokens = 0
        """Paid for so far, as the provider counts."""
        self._http = httpx.AsyncClient(
            headers=_key_headers(self.url, provider),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        )

    def __repr__(self) -> str:
        return f"ModelClient({self.endpoint!r}, {self.model!r})"

    @property
    def endpoint(self) -> str:
        """Where it asks, without query and credentials."""
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        return urlunsplit((parts.scheme, f"{host}:{parts.port}" if parts.port else host, parts.path, "", ""))

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
        request = {"model": self.model, "messages": list(messages), **_format(mode, schema)}
        try:
            async with asyncio.timeout(timeout_s):
                status, headers, body = await self._post(request, timeout_s)
        except (TimeoutError, httpx.TimeoutException):
            raise TimedOut(f"The AI provider did not answer within {timeout_s:g} s.") from None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise BadSetting(
                f"FAKTURO_AI_BASE_URL leads to {self.endpoint!r}, which is no http(s) address."
            ) from None
        except httpx.TransportError as error:
            raise Transient(f"The AI provider cannot be reached: {type(error).__name__}.") from None
        except httpx.DecodingError:
            raise InvalidOutput("The AI provider's answer cannot be unpacked.") from None
        if not httpx.codes.is_success(status):
            if SIMPLER[mode] and status in {400, 422, 501} and names_format(body):
                raise FormatRefused(
                    f"The AI provider cannot be asked by {mode} (HTTP {status}).", status=status
                )
            raise http_failure(status, headers, body, now)
        duration_ms = round((loop.time() - started) * 1000)
        answer = _read(body, status, headers, self.model, duration_ms, now)
        self.tokens += (answer.prompt_tokens or 0) + (answer.completion_tokens or 0)
        return answer

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _post(self, request: dict[str, Any], timeout_s: float) -> tuple[int, dict[str, str], bytes]:
        body = bytearray()
        async with self._http.stream(
            "POST",
            self.url,
            json=request,
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
        ) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            try:
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > LONGEST_ANSWER_BYTES:
                        raise InvalidOutput("The AI provider's answer is longer than 4 MB.")
            except httpx.RemoteProtocolError:
                raise Truncated("The AI provider's answer broke off.", status=response.status_code) from None
            return response.status_code, headers, bytes(body)


def open_clients(settings: Settings) -> tuple[ModelClient, ...]:
    """One client for each of `settings.ai.providers`, in their order; empty when none is set up."""
    ai = settings.ai
    return tuple(
        ModelClient(provider, timeout_s=ai.timeout_s, connections=ai.concurrency) for provider in ai.providers
    )


def completions_url(base_url: str) -> str:
    """Address of the chat endpoint; `base_url` may end in `/v1` or not, or be an Azure deployment.

    Raises:
        BadSetting: no http(s) address.
    """
    parts = urlsplit(base_url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSetting(
            f"FAKTURO_AI_BASE_URL is {base_url!r}, which is no http(s) address; write e.g. http://127.0.0.1:8000/v1."
        )
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    if "/deployments/" not in path and not path.endswith(("/v1", "/openai")):
        path += "/v1"
    return urlunsplit((parts.scheme, parts.netloc, path + "/chat/completions", parts.query, ""))


def _key_headers(url: str, provider: Provider) -> dict[str, str]:
    key = provider.key.get_secret_value()
    if not key:
        return {}
    return {"api-key": key} if "/deployments/" in url else {"authorization": f"Bearer {key}"}


def _format(mode: Mode, schema: Mapping[str, Any]) -> dict[str, Any]:
    if mode == "text":
        return {}
    if mode == "json_object":
        return {"response_format": {"type": "json_object"}}
    if mode == "tools":
        function = {"name": _FUNCTION, "parameters": dict(schema)}
        return {
            "tools": [{"type": "function", "function": function}],
            "tool_choice": {"type": "function", "function": {"name": _FUNCTION}},
        }
    return {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": _FUNCTION, "strict": True, "schema": dict(schema)},
        }
    }


def _read(
    body: bytes, status: int, headers: Mapping[str, str], model: str, duration_ms: int, now: datetime
) -> Answer:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidOutput("The AI provider's answer is not JSON.", status=status) from None
    try:
        if "error" in parsed and "choices" not in parsed:
            raise http_failure(_status_within(parsed["error"]), headers, body, now)
        choice = parsed["choices"][0]
        message, reason = choice["message"], choice.get("finish_reason")
        usage = parsed.get("usage") or {}
        refusal = message.get("refusal")
        called = message.get("tool_calls")
        text = called[0]["function"]["arguments"] if called else message.get("content")
        counts = [_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens")]
        answered_by = str(parsed.get("model") or model)[:120]
    except AiError:
        raise
    except (KeyError, IndexError, TypeError, AttributeError):
        raise InvalidOutput(
            "The AI provider's answer has not the shape of a chat completion.", status=status
        ) from None
    if refusal or reason == "content_filter":
        raise Refused("The model refused to read the text.", status=status)
    if reason == "length":
        raise Truncated("The model's answer was cut at its length limit.", status=status)
    if not isinstance(text, str) or not text.strip():
        raise InvalidOutput("The model's answer is empty.", status=status)
    return Answer(text, answered_by, counts[0], counts[1], read_limits(headers), duration_ms)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and 0 <= value < 2**31 else None


def _status_within(error: object) -> int:
    """Gateways that answer 200 with an error inside name the real status as `code`; else it is a 5xx."""
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and httpx.codes.is_error(code) else httpx.codes.BAD_GATEWAY
