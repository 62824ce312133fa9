"""The gate in front of a provider, shared by all processes: whose turn it is, and what each answer teaches.

A thin shell around the pure state in endpoint.py. Leave to send, the reservation of its cost and the row of
the call are one transaction, so that a process that dies leaves a trace of what it may have spent. Ledger
calls run in a thread, so that a busy database never stops the event loop.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert

from fakturo.ai.lane import breaker as _breaker
from fakturo.ai.lane import credit as _credit
from fakturo.ai.lane import crowding, pacing
from fakturo.ai.lane.desk import Desk
from fakturo.ai.lane.endpoint import Endpoint, Sent, learned, read_state, write_state
from fakturo.ai.lane.spending import Asking, reserve, settle
from fakturo.ai.provider.client import Answer, Mode, ModelClient
from fakturo.audit import canonical
from fakturo.errors import AiError, BreakerOpen, QuotaExhausted, RateLimited
from fakturo.ledger.ai import ai_answers, ai_endpoints
from fakturo.ledger.open import writing
from fakturo.ledger.tables import outbox
from fakturo.setting_groups.ai import Ai

LONGEST_WAIT_S = 120.0
"""Whoever would wait longer for a free moment goes back to the queue: the lease is for work."""
PROBE_GRACE_S = 5.0
NEAR_S = 0.001
"""A turn that is so near has come: clocks count microseconds, sleeps do not."""


class Standing(NamedTuple):
    """Whether drafts should be started now, over all providers."""

    rest_s: float
    """Seconds for which none of them may be asked; 0: go on."""
    at_once: int
    """Requests that may be under way; 1 while one finds out whether a provider lives, or lives again."""


class Leave(NamedTuple):
    """Leave to send one request."""

    call_id: int
    sent: Sent
    mode: Mode


class _Turn(NamedTuple):
    moment: float
    is_probe: bool


def standing(engine: Engine, names: Sequence[str], ai: Ai, now: datetime) -> Standing:
    """How the providers stand, for whoever claims orders: an outage must not park the queue one by one."""
    at, rests, at_once = now.timestamp(), [], 0
    for name in names:
        state = read_state(ai_endpoints.state(engine, name))
        rest_s = max(_breaker.rest_s(state.breaker, at), state.credit.rest_until - at, 0.0)
        rests.append(rest_s)
        if rest_s == 0:
            is_known = state.latency.answers > 0  # a bad key or a strange server is met once, not by all
            is_sound = is_known and not _breaker.is_open(state.breaker) and not state.credit.refusals
            at_once = max(at_once, crowding.allowed(state.crowding, ai.concurrency) if is_sound else 1)
    return Standing(min(rests, default=0.0), at_once or ai.concurrency)


async def enter(desk: Desk, asking: Asking) -> Leave:
    """Wait for the turn of one request; its row stands in the ledger when this returns.

    Raises:
        BreakerOpen: the provider is resting; `wait_s` says for how long.
        QuotaExhausted: somebody has just been told so.
        RateLimited: the turn is too far away to hold a lease for; `wait_s` says how far.
        OverBudget: a cap of the run or day is reached.
    """
    turn: _Turn | None = None
    waited = False
    while True:
        found = await asyncio.to_thread(_try, desk, asking, turn, waited=waited)
        if isinstance(found, Leave):
            return found
        turn, waited = found, True
        await desk.sleep(found.moment - desk.now().timestamp())


async def leave(
    desk: Desk, asking: Asking, given: Leave, result: Answer | AiError, *, outcome: str, answer: str | None
) -> None:
    """Record what became of the request, keep a usable answer, and let everybody learn: one transaction.

    Args:
        outcome: `ok` or the class of the error; an answer of the wrong shape is no `ok`.
        answer: to be kept under the hash of its request; None: nothing to keep.
    """
    await asyncio.to_thread(_settle, desk, asking, given, result, outcome, answer)


async def fall_back(desk: Desk, client: ModelClient, refused: Mode, simpler: Mode) -> None:
    """Remember for everybody that the server does not take a way to ask for JSON."""

    def change() -> None:
        with writing(desk.engine) as connection:
            now = desk.now()
            state = read_state(ai_endpoints.locked(connection, client.name, now))
            if state.mode == refused:
                ai_endpoints.write(connection, client.name, write_state(replace(state, mode=simpler)), now)

    await asyncio.to_thread(change)


def _try(desk: Desk, asking: Asking, turn: _Turn | None, *, waited: bool) -> Leave | _Turn:
    """Take the turn if it has come, else book one."""
    name, now, lease_s = asking.client.name, desk.now(), desk.ai.timeout_s + PROBE_GRACE_S
    at = now.timestamp()
    with writing(desk.engine) as connection:
        state = read_state(ai_endpoints.locked(connection, name, now))
        if turn is None or not turn.is_probe:
            state = _admitted(state, at, lease_s)
            if turn is not None:
                turn = turn._replace(is_probe=_finds_out(state))
        if turn is None or state.pace.blocked_until > at:
            provider = asking.client.provider
            pace = pacing.configured(state.pace, provider.rpm, provider.tpm)
            pace, moment = pacing.reserve(pace, at, asking.tokens)
            if moment - at > LONGEST_WAIT_S:
                raise RateLimited("The AI provider's limit leaves no room for now.", wait_s=moment - at)
            state = replace(state, pace=pace)
            turn = _Turn(moment, _finds_out(state))
        if turn.moment > at + NEAR_S:
            ai_endpoints.write(connection, name, write_state(state), now)
            return turn
        call_id = reserve(connection, desk, asking, now)
        state = replace(state, pace=pacing.sent(state.pace, at, asking.tokens))
        ai_endpoints.write(connection, name, write_state(state), now)
    desk.latencies[name] = state.latency
    return Leave(call_id, Sent(at, asking.tokens, waited), state.mode)


def _finds_out(state: Endpoint) -> bool:
    """Whether who was admitted is the one that finds out whether the provider is well again."""
    return _breaker.is_open(state.breaker) or bool(state.credit.refusals)


def _admitted(state: Endpoint, at: float, lease_s: float) -> Endpoint:
    credit, rest_s = _credit.admit(state.credit, at, lease_s)
    if rest_s > 0:
        raise QuotaExhausted(
            "The AI provider has just refused key or credit; orders stay queued.", wait_s=rest_s
        )
    breaker, rest_s = _breaker.admit(state.breaker, at, lease_s)
    if rest_s > 0:
        raise BreakerOpen("The AI provider is resting after failures.", wait_s=rest_s)
    return replace(state, credit=credit, breaker=breaker)


def _settle(
    desk: Desk, asking: Asking, given: Leave, result: Answer | AiError, outcome: str, answer: str | None
) -> None:
    name, now = asking.client.name, desk.now()
    with writing(desk.engine) as connection:
        state = read_state(ai_endpoints.locked(connection, name, now))
        at = now.timestamp()
        after = learned(state, result, given.sent, at, concurrency=desk.ai.concurrency)
        ai_endpoints.write(connection, name, write_state(after), now)
        settle(connection, desk, asking, given.call_id, given.sent, result, outcome=outcome, now=now)
        if answer is not None:
            ai_answers.keep(connection, asking.request_sha256, answer, now)
        if after.credit.refusals and not state.credit.refusals:
            _alert(connection, asking.client, str(result), now)
    desk.latencies[name] = after.latency


def _alert(connection: Connection, client: ModelClient, reason: str, now: datetime) -> None:
    """One event for whoever must act, when it turns bad; not one a request."""
    payload = canonical({"endpoint": client.endpoint, "model": client.model, "reason": reason})
    event = {"event": "ai.quota_exhausted", "subject": client.name[:120], "payload": payload}
    connection.execute(insert(outbox).values(**event, created_at=now))
