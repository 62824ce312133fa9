"""Pacing and breaker as all processes share them: a thin shell around one JSON text in the ledger.

Ledger calls run in a thread, so that a busy database never stops the event loop.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Engine

from fakturo.ai import breaker as _breaker
from fakturo.ai import pacing
from fakturo.ai.breaker import Breaker
from fakturo.ai.client import Answer
from fakturo.ai.pacing import Pace
from fakturo.errors import AiError, BreakerOpen, QuotaExhausted, RateLimited
from fakturo.ledger import ai_calls
from fakturo.settings import Ai

Sleep = Callable[[float], Awaitable[None]]

LONGEST_WAIT_S = 120.0
"""Whoever would wait longer for a free moment goes back to the queue: the lease is for work."""
PROBE_GRACE_S = 5.0
EXHAUSTED_S = 10.0
"""After "no credit" or "bad key" nobody asks for so long, in any process; then one run may find out again."""

_Record = TypeVar("_Record", Pace, Breaker)


@dataclass(frozen=True)
class Endpoint:
    """What processes share about one endpoint and model."""

    pace: Pace = field(default_factory=Pace)
    breaker: Breaker = field(default_factory=Breaker)
    exhausted_until: float = 0.0


@dataclass(frozen=True)
class Pass:
    """Leave to send one request."""

    sent_at: float
    """Seconds since 1970."""
    tokens: int
    """Booked for it."""


def read_state(text: str) -> Endpoint:
    """Endpoint from its JSON; a field that an older or newer version wrote is left out."""
    kept = json.loads(text)
    return Endpoint(
        _known(Pace, kept.get("pace", {})),
        _known(Breaker, kept.get("breaker", {})),
        float(kept.get("exhausted_until", 0.0)),
    )


def write_state(endpoint: Endpoint) -> str:
    """JSON of an endpoint."""
    return json.dumps(asdict(endpoint), separators=(",", ":"))


def resting_s(engine: Engine, name: str, now: datetime) -> float:
    """Seconds for which nothing may be sent because the breaker is open; 0: go on.

    Whoever claims orders asks first, so that an outage does not park the whole queue one by one.
    """
    state = read_state(ai_calls.endpoint_state(engine, name)).breaker
    if not _breaker.is_open(state):
        return 0.0
    return max(state.open_until - now.timestamp(), state.probe_until - now.timestamp(), 0.0)


async def enter(
    engine: Engine, name: str, ai: Ai, *, tokens: int, now: Callable[[], datetime], sleep: Sleep
) -> Pass:
    """Wait for the turn of one request.

    Raises:
        BreakerOpen: the provider is resting; `wait_s` says for how long.
        QuotaExhausted: another worker has just been told so.
        RateLimited: the turn is too far away to hold a lease for; `wait_s` says how far.
    """
    while True:
        moment, is_probe = await asyncio.to_thread(_book, engine, name, ai, tokens, now())
        wait_s = moment - now().timestamp()
        if wait_s <= 0:
            return Pass(now().timestamp(), tokens)
        await sleep(wait_s)
        state = read_state(await asyncio.to_thread(ai_calls.endpoint_state, engine, name))
        _refuse_exhausted(state, now().timestamp())
        opened = _breaker.is_open(state.breaker) and not is_probe
        if not opened and state.pace.blocked_until <= now().timestamp():
            return Pass(now().timestamp(), tokens)


async def leave(
    engine: Engine,
    name: str,
    leave_with: Pass,
    *,
    call: ai_calls.Call,
    result: Answer | AiError,
    now: Callable[[], datetime],
    kept_answer: str | None = None,
) -> None:
    """Record the attempt and let everybody learn from it."""
    at = now()

    def change(text: str) -> str:
        return write_state(_learned(read_state(text), result, leave_with, at.timestamp()))

    await asyncio.to_thread(
        ai_calls.settle, engine, call, name=name, change=change, now=at, answer=kept_answer
    )


def _book(engine: Engine, name: str, ai: Ai, tokens: int, now: datetime) -> tuple[float, bool]:
    at, moment, is_probe = now.timestamp(), 0.0, False

    def change(text: str) -> str:
        nonlocal moment, is_probe
        state = read_state(text)
        _refuse_exhausted(state, at)
        breaker, rest_s = _breaker.admit(state.breaker, at, ai.timeout_s + PROBE_GRACE_S)
        if rest_s > 0:
            raise BreakerOpen("The AI provider is resting after failures.", wait_s=rest_s)
        pace, moment = pacing.reserve(pacing.configured(state.pace, ai.rpm, ai.tpm), at, tokens)
        if moment - at > LONGEST_WAIT_S:
            raise RateLimited("The AI provider's limit leaves no room for now.", wait_s=moment - at)
        is_probe = _breaker.is_open(breaker)
        return write_state(replace(state, pace=pace, breaker=breaker))

    ai_calls.change_endpoint(engine, name, change, now)
    return moment, is_probe


def _refuse_exhausted(state: Endpoint, at: float) -> None:
    if at < state.exhausted_until:
        raise QuotaExhausted(
            "The AI provider has just said that key or credit is refused; orders stay queued."
        )


def _learned(state: Endpoint, result: Answer | AiError, sent: Pass, at: float) -> Endpoint:
    if isinstance(result, Answer):
        used = (result.prompt_tokens or 0) + (result.completion_tokens or 0)
        over = used - sent.tokens if used else 0
        pace = pacing.succeeded(state.pace, at, result.limits, tokens_over=over)
        return replace(state, pace=pace, breaker=_breaker.answered(state.breaker))
    pace = state.pace
    if isinstance(result, RateLimited):
        pace = pacing.limited(pace, at, result.wait_s, sent_at=sent.sent_at)
    if isinstance(result, QuotaExhausted):
        return Endpoint(pace, _breaker.answered(state.breaker), exhausted_until=at + EXHAUSTED_S)
    if _breaker.counts(result):
        return replace(state, pace=pace, breaker=_breaker.failed(state.breaker, at, sent_at=sent.sent_at))
    return replace(state, pace=pace, breaker=_breaker.answered(state.breaker))


def _known(record: type[_Record], values: dict[str, Any]) -> _Record:
    names = {field.name for field in fields(record)}
    return record(**{name: value for name, value in values.items() if name in names})
