"""One free-text order: draft it and keep the draft, or, when that fails for good, park it or ask a person.

`draft_one` is the step that a Prefect task wraps and `give_up` what follows when its retries are used up;
`draft_with_retries` is the same policy without a server.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Literal

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

from fakturo.ai import retrying
from fakturo.ai.drafting import Drafted, draft_order
from fakturo.ai.lane.desk import Desk
from fakturo.errors import AiError, Refused
from fakturo.finding import Finding
from fakturo.ledger.orders import queue
from fakturo.ledger.orders.drafts import save_draft
from fakturo.ledger.orders.queue import Claimed

NO_MODEL = Finding(
    code="no_model",
    message="This order is free text and no AI model is set up; "
    "set FAKTURO_AI_BASE_URL, or draft it by hand.",
)
GivenUp = Literal["parked", "dead_letter", "review", "released", "lost"]


async def draft_one(claimed: Claimed, desk: Desk) -> Drafted:
    """Draft one claimed order of lane 'model' and write the draft; its lease is renewed while this takes.

    Raises:
        AiError: for the retry loop (`retrying.may_help`), else for `give_up`. A wait that the provider asked
            for is over by then, where it is short enough for another attempt.
    """
    if not desk.clients:
        drafted = Drafted(None, (NO_MODEL,))
    else:
        async with _kept_lease(claimed, desk):
            try:
                drafted = await draft_order(claimed, desk)
            except AiError as error:
                if retrying.is_retriable(error) and 0 < (error.wait_s or 0.0) <= retrying.LONGEST_WAIT_S:
                    await desk.sleep(error.wait_s or 0.0)
                raise
    saved = await asyncio.to_thread(
        save_draft,
        desk.engine,
        claimed.id,
        drafted.order,
        drafter="model" if desk.clients else "rules",
        findings=drafted.findings,
        now=desk.now(),
        worker=desk.worker,
        model=drafted.model,
        prompt_version=drafted.prompt_version,
        answer_sha256=drafted.answer_sha256,
        reasks=drafted.reasks,
        run_id=desk.run_id,
    )
    return replace(drafted, saved=saved)


async def draft_with_retries(draft: Callable[[], Coroutine[Any, Any, Drafted]], desk: Desk) -> Drafted:
    """Run one draft under the same policy as the Prefect task; the last error goes up."""
    waits = retrying.waits(retrying.ATTEMPTS + 1)  # tenacity asks after the last attempt too
    attempts = AsyncRetrying(
        stop=stop_after_attempt(retrying.ATTEMPTS),
        wait=lambda tried: waits[tried.attempt_number - 1] * (1 + retrying.JITTER * random.random()),  # noqa: S311
        retry=retry_if_exception(lambda error: retrying.may_help(error, desk.retries)),
        sleep=desk.sleep,
        reraise=True,
    )

    async def once() -> Drafted:  # tenacity awaits only what is declared async
        return await draft()

    return await attempts(once)


def in_foreground(desk: Desk) -> Callable[[Claimed], Awaitable[str]]:
    """The draft step of a drain without a server: retries, then `give_up`; gives the outcome in a word."""

    async def draft(claimed: Claimed) -> str:
        desk.retries.first_try()
        try:
            return in_a_word(await draft_with_retries(lambda: draft_one(claimed, desk), desk))
        except AiError as error:
            if retrying.stops_all(error):
                raise
            return await asyncio.to_thread(give_up, claimed, desk, error)

    return draft


def in_a_word(drafted: Drafted) -> str:
    """'proved', 'review', or 'lost' where somebody else held the order by then."""
    if not drafted.saved:
        return "lost"
    return "review" if drafted.findings or drafted.order is None else "proved"


def give_up(claimed: Claimed, desk: Desk, error: AiError) -> GivenUp:
    """After the last retry: park the order, dead-letter it, or hand it to a person.

    Returns:
        What was done; 'released' for a failure that stops everything (`retrying.stops_all`): the order waits
        in the queue as if nothing had happened. 'lost': another worker holds the order now.
    """
    now, worker = desk.now(), desk.worker
    if retrying.stops_all(error):
        queue.release(desk.engine, [claimed.id], now, worker=worker)
        return "released"
    if isinstance(error, Refused):
        finding = Finding(code="ai_refused", message=f"{error} Draft it by hand.")
        saved = save_draft(
            desk.engine,
            claimed.id,
            None,
            drafter="model",
            model=desk.clients[-1].model if desk.clients else None,
            findings=(finding,),
            now=now,
            worker=worker,
            run_id=desk.run_id,
        )
        return "review" if saved else "lost"
    is_blamed = retrying.blames_order(error)
    if retrying.is_hopeless(error) or (is_blamed and claimed.parks >= desk.ai.max_parks):
        reason = f"{error} ({error.outcome}, parked {claimed.parks} times)"
        done = queue.dead_letter(desk.engine, claimed.id, reason=reason, now=now, worker=worker)
        return "dead_letter" if done else "lost"
    until = retrying.park_until(claimed.parks, now, error)
    done = queue.park(
        desk.engine,
        claimed.id,
        reason=str(error),
        not_before=until,
        now=now,
        worker=worker,
        is_counted=is_blamed,
    )
    return "parked" if done else "lost"


@asynccontextmanager
async def _kept_lease(claimed: Claimed, desk: Desk) -> AsyncIterator[None]:
    """Renew the lease three times in its length until the block ends."""
    lease_s = desk.settings.ledger.lease_s

    async def renew() -> None:
        while True:
            await asyncio.sleep(lease_s / 3)
            await asyncio.to_thread(
                queue.renew, desk.engine, [claimed.id], worker=desk.worker, now=desk.now(), lease_s=lease_s
            )

    renewing = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewing.cancel()
