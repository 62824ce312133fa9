"""What all processes share about one endpoint and model: one JSON text in the ledger. Pure.

Pace, breaker, credit, latency and crowding each have their own module; here they are put together, and learn
together from what became of a request.
"""

import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, NamedTuple, TypeVar, get_args

from fakturo.ai.lane import breaker as _breaker
from fakturo.ai.lane import credit as _credit
from fakturo.ai.lane import crowding as _crowding
from fakturo.ai.lane import latency as _latency
from fakturo.ai.lane import pacing
from fakturo.ai.lane.breaker import Breaker
from fakturo.ai.lane.credit import Credit
from fakturo.ai.lane.crowding import Crowding
from fakturo.ai.lane.latency import Latency
from fakturo.ai.lane.pacing import Bucket, Pace
from fakturo.ai.provider.client import Answer, Mode
from fakturo.errors import AiError, QuotaExhausted, RateLimited, TimedOut

_Record = TypeVar("_Record", Pace, Breaker, Latency, Crowding, Credit, Bucket)


@dataclass(frozen=True)
class Endpoint:
    """Moments are seconds since 1970."""

    mode: Mode = "json_schema"
    """How the shape of the answer is asked for; simpler once the server has refused it."""
    pace: Pace = field(default_factory=Pace)
    breaker: Breaker = field(default_factory=Breaker)
    latency: Latency = field(default_factory=Latency)
    crowding: Crowding = field(default_factory=Crowding)
    credit: Credit = field(default_factory=Credit)


class Sent(NamedTuple):
    """One request that has left."""

    at: float
    tokens: int
    """Booked for it."""
    waited: bool
    """Whether it had to wait for its turn."""


def read_state(text: str) -> Endpoint:
    """Endpoint from its JSON; what an older or newer version wrote otherwise is left out."""
    kept = json.loads(text)
    pace: dict[str, Any] = dict(kept.get("pace") or {})
    for name in ("requests", "tokens"):
        if isinstance(pace.get(name), dict):
            pace[name] = _known(Bucket, pace[name])
    mode = kept.get("mode")
    return Endpoint(
        mode if mode in get_args(Mode) else "json_schema",
        _known(Pace, pace),
        _known(Breaker, kept.get("breaker")),
        _known(Latency, kept.get("latency")),
        _known(Crowding, kept.get("crowding")),
        _known(Credit, kept.get("credit")),
    )


def write_state(endpoint: Endpoint) -> str:
    """JSON of an endpoint."""
    return json.dumps(asdict(endpoint), separators=(",", ":"))


def learned(
    state: Endpoint, result: Answer | AiError, sent: Sent, at: float, *, concurrency: int
) -> Endpoint:
    """State after a request that was sent at `sent.at` ended at `at`."""
    if isinstance(result, Answer):
        used = (result.prompt_tokens or 0) + (result.completion_tokens or 0)
        over = used - sent.tokens if used else 0
        return replace(
            state,
            pace=pacing.succeeded(state.pace, result.limits, waited=sent.waited, tokens_over=over),
            breaker=_breaker.answered(state.breaker),
            latency=_latency.answered(state.latency, at - sent.at, sent.tokens),
            crowding=_crowding.succeeded(state.crowding, concurrency),
            credit=_credit.accepted(state.credit, sent_at=sent.at),
        )
    if _breaker.counts(result):
        return _ill(state, result, sent, at)
    state = replace(state, breaker=_breaker.answered(state.breaker))
    if isinstance(result, QuotaExhausted):
        return replace(state, credit=_credit.refused(state.credit, at, sent_at=sent.at))
    # whatever else it says, it has let the key in
    state = replace(state, credit=_credit.accepted(state.credit, sent_at=sent.at))
    if isinstance(result, RateLimited):
        short_of = result.short_of
        pace = pacing.limited(state.pace, at, result.wait_s, sent_at=sent.at, short_of=short_of)
        return replace(state, pace=pace)
    return state


def _ill(state: Endpoint, result: AiError, sent: Sent, at: float) -> Endpoint:
    breaker = _breaker.failed(state.breaker, at, sent_at=sent.at, asked_s=result.wait_s)
    crowding, latency = state.crowding, state.latency
    if isinstance(result, TimedOut):
        latency = _latency.timed_out(latency)
    if _crowding.is_overload(result) and not _breaker.is_open(breaker):  # an outage is no crowd
        crowding = _crowding.overloaded(crowding, at, sent_at=sent.at)
    credit = _credit.unanswered(state.credit, at, sent_at=sent.at)
    return replace(state, breaker=breaker, credit=credit, crowding=crowding, latency=latency)


def _known(record: type[_Record], values: dict[str, Any] | None) -> _Record:
    names = {field.name for field in fields(record)}
    return record(**{name: value for name, value in (values or {}).items() if name in names})
