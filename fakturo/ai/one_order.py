"""One free-text order: draft it and keep the draft, or, when that fails for good, park it or ask a person.

`draft_one` is the step that a Prefect task wraps and `give_up` what follows when its retries are used up;
`draft_with_retries` is the same policy without a server.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

from fakturo.ai import gate, retrying
from fakturo.ai.client import ModelClient
from fakturo.ai.drafting import Drafted, draft_order
from fakturo.check import Finding
from fakturo.errors import AiError, Refused
from fakturo.ledger import queue
from fakturo.ledger.drafts import save_draft
from fakturo.ledger.queue import Claimed
from fakturo.settings import Settings

NO_MODEL = Finding(
    code="no_model",
    message="This order is free text and no AI model is set up; "
    "set FAKTURO_AI_BASE_URL, or draft it by hand.",
)
GivenUp = Literal["parked", "dead_letter", "review", "released", "lost"]


async def draft_one(
    claimed: Claimed,
    *,
    client: ModelClient | None,
    engine: Engine,
    settings: Settings,
    worker: str,
    now: Callable[[], datetime],
    run_id: str | None = None,
    sleep: gate.Sleep = asyncio.sleep,
) -> Drafted:
    """Draft one claimed order and write the draft; its lease is renewed while this takes.

    Args:
        claimed: an order of lane 'model' in this worker's hands.
        client: None: no model is set up, a person drafts it.

    Raises:
        AiError: for the retry loop (`retrying.may_help`), else for `give_up`.
    """
    if client is None:
        drafted = Drafted(None, (NO_MODEL,))
    else:
        async with _kept_lease(engine, claimed, settings.ledger.lease_s, worker, now):
            drafted = await draft_order(
                claimed, client=client, engine=engine, settings=settings, now=now, run_id=run_id, sleep=sleep
            )
    saved = await asyncio.to_thread(
        save_draft,
        engine,
        claimed.id,
        drafted.order,
        drafter="model" if client else "rules",
        findings=drafted.findings,
        now=now(),
        worker=worker,
        model=drafted.model,
        prompt_version=drafted.prompt_version,
        answer_sha256=drafted.answer_sha256,
        reasks=drafted.reasks,
        run_id=run_id,
    )
    return replace(drafted, saved=saved)


async def draft_with_retries(
    draft: Callable[[], Coroutine[Any, Any, Drafted]], *, sleep: gate.Sleep = asyncio.sleep
) -> Drafted:
    """Run one draft under the same policy as the Prefect task; the last error goes up."""
    waits = retrying.waits(retrying.ATTEMPTS + 1)  # tenacity asks after the last attempt too
    attempts = AsyncRetrying(
        stop=stop_after_attempt(retrying.ATTEMPTS),
        wait=lambda tried: waits[tried.attempt_number - 1] * (1 + retrying.JITTER * random.random()),  # noqa: S311
        retry=retry_if_exception(retrying.may_help),
        sleep=sleep,
        reraise=True,
    )

    async def once() -> Drafted:  # tenacity awaits only what is declared async
        return await draft()

    return await attempts(once)


def in_foreground(
    client: ModelClient | None,
    *,
    engine: Engine,
    settings: Settings,
    worker: str,
    now: Callable[[], datetime],
    run_id: str | None = None,
    sleep: gate.Sleep = asyncio.sleep,
) -> Callable[[Claimed], Awaitable[str]]:
    """The draft step of a drain without a server: retries, then `give_up`; gives the outcome in a word."""

    async def draft(claimed: Claimed) -> str:
        def once() -> Coroutine[Any, Any, Drafted]:
            return draft_one(
                claimed,
                client=client,
                engine=engine,
                settings=settings,
                worker=worker,
                now=now,
                run_id=run_id,
                sleep=sleep,
            )

        try:
            return in_a_word(await draft_with_retries(once, sleep=sleep))
        except AiError as error:
            if retrying.stops_all(error):
                raise
            return await asyncio.to_thread(
                give_up, engine, claimed, error, settings=settings, worker=worker, now=now(), run_id=run_id
            )

    return draft


def in_a_word(drafted: Drafted) -> str:
    """'proved', 'review', or 'lost' where somebody else held the order by then."""
    if not drafted.saved:
        return "lost"
    return "review" if drafted.findings or drafted.order is None else "proved"


def give_up(
    engine: Engine,
    claimed: Claimed,
    error: AiError,
    *,
    settings: Settings,
    worker: str,
    now: datetime,
    run_id: str | None = None,
) -> GivenUp:
    """After the last retry: park the order, dead-letter it, or hand it to a person.

    Returns:
        What was done; 'released' for a failure that stops everything (`retrying.stops_all`): the order waits
        in the queue as if nothing had happened. 'lost': another worker holds the order now.
    """
    if retrying.stops_all(error):
        queue.release(engine, [claimed.id], now, worker=worker)
        return "released"
    if isinstance(error, Refused):
        finding = Finding(code="ai_refused", message=f"{error} Draft it by hand.")
        saved = save_draft(
            engine,
            claimed.id,
            None,
            drafter="model",
            findings=(finding,),
            now=now,
            worker=worker,
            run_id=run_id,
        )
        return "review" if saved else "lost"
    worn_out = retrying.blames_order(error) and claimed.parks >= settings.ai.max_parks
    if worn_out or retrying.is_hopeless(error):
        reason = f"{error} ({error.outcome}, claim {claimed.attempts})"
        done = queue.dead_letter(engine, claimed.id, reason=reason, now=now, worker=worker)
        return "dead_letter" if done else "lost"
    until = retrying.park_until(claimed.parks, now, error)
    done = queue.park(engine, claimed.id, reason=str(error), not_before=until, now=now, worker=worker)
    return "parked" if done else "lost"


@asynccontextmanager
async def _kept_lease(
    engine: Engine, claimed: Claimed, lease_s: float, worker: str, now: Callable[[], datetime]
) -> AsyncIterator[None]:
    """Renew the lease three times in its length until the block ends."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(lease_s / 3)
            await asyncio.to_thread(
                queue.renew, engine, [claimed.id], worker=worker, now=now(), lease_s=lease_s
            )

    renewing = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewing.cancel()
