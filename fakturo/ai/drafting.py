"""Draft one free-text order: ask the model, prove what it says, ask again with the findings, never guess.

Errors of the AI step go up to the one retry loop.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta

from pydantic import ValidationError

from fakturo.ai import prompting
from fakturo.ai.asking import reply
from fakturo.ai.lane.desk import Desk
from fakturo.ai.proof.grounding import Grounded, ground
from fakturo.ai.proof.proposal import Proposal
from fakturo.errors import BadInput
from fakturo.finding import Finding
from fakturo.ledger.orders.queue import Claimed
from fakturo.order import Order, OrderLine, Party

LONGEST_TEXT = 100_000
"""Letters; about 30,000 tokens. A longer letter is read by a person."""

SHORT_TEXT = 1_000
"""Letters; proved in 1-4 ms, less than a busy machine takes to switch to another thread and back."""


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
    saved: bool = True
    """False: the lease was lost and nothing was written."""


async def draft_order(claimed: Claimed, desk: Desk) -> Drafted:
    """Ask, prove, ask again at most `settings.ai.max_reasks` times.

    Raises:
        AiError: what the retry loop should see, or park, or stop at.
    """
    text = claimed.raw or ""
    if not text.strip() or len(text) > LONGEST_TEXT:
        return Drafted(None, (_unreadable(text),))
    deadline = desk.now() + timedelta(seconds=desk.ai.deadline_s)
    asked = prompting.question(text)
    last: str | None = None
    reasks = 0
    while True:
        said = await reply(desk, asked, order_id=claimed.id, deadline=deadline)
        grounded = await _grounded(said.proposal, text, desk)
        stands_by_it = said.text == last
        if stands_by_it or not grounded.may_ask_again or reasks >= desk.ai.max_reasks:
            break
        last, reasks = said.text, reasks + 1
        findings = [finding.message for finding in grounded.findings]
        asked = prompting.question(text, last_answer=said.text, findings=findings)
    order, more = _order(said.proposal, grounded, claimed)
    return Drafted(
        order,
        (*grounded.findings, *more),
        said.model,
        asked.prompt_version,
        hashlib.sha256(said.text.encode()).hexdigest(),
        reasks,
    )


async def _grounded(proposal: Proposal, text: str, desk: Desk) -> Grounded:
    if len(text) <= SHORT_TEXT:
        return ground(proposal, text, seller=desk.settings.seller)
    # a thousand lines take a third of a second, in which others' answers must not wait
    return await asyncio.to_thread(ground, proposal, text, seller=desk.settings.seller)


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
