"""Draft one free-text order: ask the model, prove what it says, ask again with the findings, never guess.

Each HTTP attempt leaves a row in `ai_calls`; a usable answer is kept under the hash of its request, so that a
retry after a crash costs nothing. Errors of the AI step go up to the one retry loop.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import Engine

from fakturo.ai import gate, prompting
from fakturo.ai.client import Answer, ModelClient
from fakturo.ai.grounding import Grounded, ground
from fakturo.ai.prompting import Question
from fakturo.ai.proposal import Proposal, read_proposal, schema
from fakturo.check import Finding
from fakturo.errors import AiError, BadInput, InvalidOutput, OverBudget, Permanent, RateLimited
from fakturo.ledger import ai_calls
from fakturo.ledger.queue import Claimed
from fakturo.order import Order, OrderLine, Party
from fakturo.settings import Settings

LONGEST_DRAFT_S = 600.0
"""An order that has waited so long for its turn goes back to the queue."""
LONGEST_TEXT = 100_000
"""Letters; about 30,000 tokens. A longer letter is read by a person."""


@dataclass(frozen=True)
class Drafted:
    """What became of one text."""

    order: Order | None
    findings: tuple[Finding, ...]
    """Empty: proved."""
    model: str | None = None
    prompt_version: str | None = None
    answer_sha256: str | None = None
    reasks: int = 0
    calls: int = 0
    """HTTP attempts made now; 0 when the answer was kept from before."""
    tokens: int = 0
    saved: bool = True
    """False: the lease was lost and nothing was written."""


@dataclass
class _Spent:
    calls: int = 0
    tokens: int = 0


async def draft_order(
    claimed: Claimed,
    *,
    client: ModelClient,
    engine: Engine,
    settings: Settings,
    now: Callable[[], datetime],
    run_id: str | None = None,
    sleep: gate.Sleep = asyncio.sleep,
) -> Drafted:
    """Ask, prove, ask again at most `settings.ai.max_reasks` times.

    Raises:
        AiError: what the retry loop should see, or park, or stop at.
    """
    text = claimed.raw or ""
    if not text.strip() or len(text) > LONGEST_TEXT:
        return Drafted(None, (_unreadable(text),))
    spent = _Spent()
    proposal, grounded, answer_text = None, None, None
    reasks = 0
    while True:
        findings: list[str] = [finding.message for finding in grounded.findings] if grounded else []
        asked = prompting.question(text, last_answer=answer_text, findings=findings)
        last_text: str | None = answer_text
        answer_text = await _answer(asked, claimed, client, engine, settings, now, run_id, sleep, spent)
        proposal = read_proposal(answer_text)
        grounded = ground(proposal, text, seller=settings.seller)
        stands_by_it = answer_text == last_text
        if stands_by_it or not grounded.may_ask_again or reasks >= settings.ai.max_reasks:
            break
        reasks += 1
    order, more = _order(proposal, grounded, claimed)
    return Drafted(
        order,
        (*grounded.findings, *more),
        client.model,
        asked.prompt_version,
        _sha256(answer_text),
        reasks,
        spent.calls,
        spent.tokens,
    )


async def _answer(
    asked: Question,
    claimed: Claimed,
    client: ModelClient,
    engine: Engine,
    settings: Settings,
    now: Callable[[], datetime],
    run_id: str | None,
    sleep: gate.Sleep,
    spent: _Spent,
) -> str:
    """One usable answer, kept or paid for; rate limits are waited out here and cost no attempt."""
    request = prompting.request_sha256(asked, endpoint=client.endpoint, model=client.model)
    kept = await asyncio.to_thread(ai_calls.find_answer, engine, request)
    if kept is not None:
        return kept
    if run_id and settings.ai.max_tokens_per_run:
        used = await asyncio.to_thread(ai_calls.tokens_used, engine, run_id)
        if used >= settings.ai.max_tokens_per_run:
            raise OverBudget(
                f"The run has used {used} tokens of "
                f"FAKTURO_AI_MAX_TOKENS_PER_RUN={settings.ai.max_tokens_per_run}; the rest stays queued."
            )
    started = now()
    while True:
        leave = await gate.enter(
            engine, client.name, settings.ai, tokens=prompting.likely_tokens(asked), now=now, sleep=sleep
        )
        mode, sent_at = client.mode, now()
        result = await _attempt(client, asked, sent_at)
        spent.calls += 1
        answer = result if isinstance(result, Answer) else None
        usable = answer.text if answer and _is_usable(answer.text) else None
        outcome = "ok" if usable else InvalidOutput.outcome if answer else _outcome(result)
        call = ai_calls.Call(
            order_id=claimed.id,
            endpoint=client.endpoint,
            model=client.model,
            prompt_version=asked.prompt_version,
            request_sha256=request,
            answer_sha256=_sha256(answer.text) if answer else None,
            outcome=outcome,
            http_status=200 if answer else getattr(result, "status", None),
            prompt_tokens=answer.prompt_tokens if answer else None,
            completion_tokens=answer.completion_tokens if answer else None,
            duration_ms=answer.duration_ms if answer else round((now() - sent_at).total_seconds() * 1000),
            started_at=sent_at,
            run_id=run_id,
        )
        await gate.leave(engine, client.name, leave, call=call, result=result, now=now, kept_answer=usable)
        if answer:
            spent.tokens += (answer.prompt_tokens or 0) + (answer.completion_tokens or 0)
            read_proposal(answer.text)  # raises InvalidOutput for the retry loop
            return answer.text
        if isinstance(result, RateLimited) and (now() - started).total_seconds() < LONGEST_DRAFT_S:
            continue  # the shared bucket has moved; waiting for it costs no attempt
        if isinstance(result, Permanent) and client.mode != mode:
            continue  # the server does not take this output format; the client now asks in a simpler one
        if isinstance(result, AiError):
            raise result


async def _attempt(client: ModelClient, asked: Question, now: datetime) -> Answer | AiError:
    try:
        return await client.ask(asked.messages, schema=schema(), now=now)
    except AiError as error:
        return error


def _outcome(result: Answer | AiError) -> str:
    return result.outcome if isinstance(result, AiError) else "ok"


def _is_usable(answer: str) -> bool:
    try:
        read_proposal(answer)
    except InvalidOutput:
        return False
    return True


def _order(
    proposal: Proposal, grounded: Grounded, claimed: Claimed
) -> tuple[Order | None, tuple[Finding, ...]]:
    """Order as drafted, for issuing or for whoever reviews it; None where it cannot even be written down."""
    try:
        order = Order(
            external_id=claimed.external_id,
            customer=Party(id=proposal.customer_id or ""),
            currency=grounded.currency,
            ordered_on=grounded.ordered_on or claimed.received_at.date(),
            po_number=proposal.po_number,
            lines=tuple(
                OrderLine(
                    no=no, code=line.code, name=name, quantity=line.quantity, unit_price=line.unit_price
                )
                for no, (line, name) in enumerate(zip(proposal.lines, grounded.names, strict=True), 1)
            ),
            stated_net=grounded.stated_net,
        )
    except (ValidationError, BadInput):
        if grounded.findings:
            return None, ()
        return None, (
            Finding(
                code="draft_incomplete",
                message="The model's draft is no order: a part is missing or out of range.",
            ),
        )
    return order, ()


def _unreadable(text: str) -> Finding:
    if not text.strip():
        return Finding(code="text_empty", message="The order is empty; reject it or ask the customer.")
    return Finding(
        code="text_too_long",
        message=f"The order has {len(text)} letters; the model reads up to {LONGEST_TEXT}. "
        "Split it or draft it by hand.",
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
