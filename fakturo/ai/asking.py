"""One usable answer to one question: kept, or paid for, from the first provider that can give it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fakturo.ai import prompting
from fakturo.ai.lane import gate
from fakturo.ai.lane.budget import likely_tokens
from fakturo.ai.lane.desk import Desk
from fakturo.ai.lane.latency import Latency, bound_s
from fakturo.ai.lane.spending import Asking
from fakturo.ai.prompting import Question
from fakturo.ai.proof.proposal import Proposal, read_proposal, schema
from fakturo.ai.provider.client import SIMPLER, Answer, Mode, ModelClient
from fakturo.ai.retrying import falls_through, is_temporary, stops_all
from fakturo.errors import AiError, FormatRefused, InvalidOutput, RateLimited, TimedOut
from fakturo.ledger.ai import ai_answers

LOOK_AGAIN_S = 1.0
"""How often a call under way is measured against what has been learned meanwhile."""


class Reply(NamedTuple):
    """What a model answered, and which."""

    text: str
    proposal: Proposal
    model: str


async def reply(desk: Desk, asked: Question, *, order_id: int, deadline: datetime) -> Reply:
    """Use an answer that was paid for, whoever gave it; else ask one provider after the other.

    A provider that refuses, rests, has no credit or cannot take the order gives way to the next. Rate limits
    are waited out here and cost no attempt, until `deadline`.

    Raises:
        AiError: of the only provider; of several the one that gives most hope (see `_most_hopeful`).
    """
    requests = [
        prompting.request_sha256(asked, endpoint=client.endpoint, model=client.model)
        for client in desk.clients
    ]
    if desk.ai.cache:
        kept = await asyncio.to_thread(ai_answers.find_answers, desk.engine, requests)
        for client, request in zip(desk.clients, requests, strict=True):
            if request in kept:
                return Reply(kept[request], read_proposal(kept[request]), client.model)
    failures: list[AiError] = []
    for client, request in zip(desk.clients, requests, strict=True):
        try:
            return await _reply_of(desk, client, asked, request, order_id, deadline)
        except AiError as error:
            if not falls_through(error):
                raise
            failures.append(error)
    raise _most_hopeful(failures)


async def _reply_of(
    desk: Desk, client: ModelClient, asked: Question, request: str, order_id: int, deadline: datetime
) -> Reply:
    prompt_tokens, completion_tokens = likely_tokens(asked.messages)
    asking = Asking(client, order_id, asked.prompt_version, request, prompt_tokens, completion_tokens)
    while True:
        given = await gate.enter(desk, asking)
        result = await _attempt(desk, client, asked, given)
        reply, flaw = _read(result, client) if isinstance(result, Answer) else (None, result)
        outcome = "ok" if flaw is None else flaw.outcome
        kept = reply.text if reply and desk.ai.cache else None
        await gate.leave(desk, asking, given, result, outcome=outcome, answer=kept)
        if reply is not None:
            return reply
        if isinstance(flaw, RateLimited) and desk.now() < deadline:
            continue  # the shared bucket has moved; waiting for it costs no attempt
        if isinstance(flaw, FormatRefused) and await _has_fallen_back(desk, client, given.mode):
            continue
        assert flaw is not None  # noqa: S101  `_read` gives one of the two
        raise flaw


async def _attempt(desk: Desk, client: ModelClient, asked: Question, given: gate.Leave) -> Answer | AiError:
    """One HTTP attempt; given up as soon as the answers to others show that this one is lost."""
    longest_s = desk.ai.timeout_s
    ask = client.ask(asked.messages, schema=schema(), mode=given.mode, timeout_s=longest_s, now=desk.now())
    call = asyncio.create_task(ask)
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        while not call.done():
            known = desk.latencies.get(client.name, Latency())
            left_s = started + bound_s(known, given.sent.tokens, longest_s) - loop.time()
            if left_s <= 0:
                return TimedOut(
                    f"The AI provider did not answer within {loop.time() - started:.1f} s, "
                    "far longer than it usually takes."
                )
            await asyncio.wait([call], timeout=min(left_s, LOOK_AGAIN_S))
        return call.result()
    except AiError as error:
        return error
    finally:
        call.cancel()


def _read(answer: Answer, client: ModelClient) -> tuple[Reply | None, AiError | None]:
    try:
        return Reply(answer.text, read_proposal(answer.text), client.model), None
    except InvalidOutput as error:
        return None, error


async def _has_fallen_back(desk: Desk, client: ModelClient, refused: Mode) -> bool:
    simpler = SIMPLER[refused]
    if simpler is not None:
        await gate.fall_back(desk, client, refused, simpler)
    return simpler is not None


def _most_hopeful(failures: Sequence[AiError]) -> AiError:
    """What passes by itself, soonest first; else what concerns this order; else what stops all."""
    passing = [error for error in failures if is_temporary(error)]
    if passing:
        return min(passing, key=lambda error: error.wait_s or 0.0)
    return next((error for error in failures if not stops_all(error)), failures[0])
