"""Drain the free-text orders of the queue: claim, draft, keep the draft, or park, or ask a person.

`draft_one` is the step that a Prefect task wraps, `give_up` what follows when its retries are used up;
`drain_model_lane` does the same in the foreground without a server, with the same policy from `retrying`.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine

from fakturo.ai import gate, retrying
from fakturo.ai.client import ModelClient, open_client
from fakturo.ai.drafting import Drafted, draft_order
from fakturo.check import Finding
from fakturo.errors import AiError, Refused
from fakturo.ledger import queue
from fakturo.ledger.drafts import save_draft
from fakturo.ledger.queue import Claimed
from fakturo.settings import Settings

LANE = "model"
NO_MODEL = Finding(
    code="no_model",
    message="This order is free text and no AI model is set up; "
    "set FAKTURO_AI_BASE_URL, or draft it by hand.",
)
GivenUp = Literal["parked", "dead_letter", "review", "released", "lost"]


@dataclass(frozen=True)
class LaneOutcome:
    """What a drain did, in orders; `calls` are HTTP attempts."""

    drafted: int = 0
    reviewed: int = 0
    parked: int = 0
    dead_lettered: int = 0
    calls: int = 0
    tokens: int = 0
    reasked: int = 0
    halted: str | None = None
    """Why the drain stopped early; the rest is still queued."""


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
    for wait_s in retrying.waits(retrying.ATTEMPTS):
        try:
            return await draft()
        except AiError as error:
            if not retrying.may_help(error):
                raise
            await sleep(wait_s * (1 + retrying.JITTER * random.random()))  # noqa: S311  # spreads load, guards nothing
    return await draft()


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
        reason = f"{error} ({error.outcome}; tried {claimed.attempts} times)"
        done = queue.dead_letter(engine, claimed.id, reason=reason, now=now, worker=worker)
        return "dead_letter" if done else "lost"
    until = retrying.park_until(claimed.parks, now, error)
    done = queue.park(engine, claimed.id, reason=str(error), not_before=until, now=now, worker=worker)
    return "parked" if done else "lost"


async def drain_model_lane(
    engine: Engine,
    settings: Settings,
    *,
    worker: str,
    now: Callable[[], datetime],
    run_id: str | None = None,
    stop: Callable[[], bool] | None = None,
    on_progress: Callable[[LaneOutcome], None] | None = None,
    patience_s: float = 0.0,
    sleep: gate.Sleep = asyncio.sleep,
) -> LaneOutcome:
    """Work on the free-text orders until none is left that could be worked on now.

    Args:
        stop: asked before each claim; True ends the drain after what is under way.
        on_progress: told after each order.
        patience_s: wait so long for parked orders to come free before the drain ends.
    """
    client = open_client(settings)
    drain = _Drain(engine, settings, worker, now, run_id, stop, on_progress, client, sleep)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(settings.ai.concurrency if client else 1):
                group.create_task(drain.work(patience_s))
    finally:
        if client:
            await client.aclose()
    return drain.outcome


class _Drain:
    """The workers of one drain and what they have done together."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        worker: str,
        now: Callable[[], datetime],
        run_id: str | None,
        stop: Callable[[], bool] | None,
        on_progress: Callable[[LaneOutcome], None] | None,
        client: ModelClient | None,
        sleep: gate.Sleep,
    ) -> None:
        self.engine, self.settings, self.worker, self.now = engine, settings, worker, now
        self.run_id, self.stop, self.on_progress = run_id, stop, on_progress
        self.client, self.sleep = client, sleep
        self.outcome = LaneOutcome()

    async def work(self, patience_s: float) -> None:
        """Claim and draft one order after the other."""
        waited_s = 0.0
        while not (self.outcome.halted or (self.stop and self.stop())):
            rest_s = await self._rest_s()
            claimed = None if rest_s else await self._claim()
            if claimed is not None:
                waited_s = 0.0
                await self._draft(claimed)
                continue
            wait_s = rest_s or await self._next_wake_s()
            if wait_s is None or waited_s + wait_s > patience_s:
                return
            await self.sleep(wait_s)
            waited_s += wait_s

    async def _draft(self, claimed: Claimed) -> None:
        def draft() -> Coroutine[Any, Any, Drafted]:
            return draft_one(
                claimed,
                client=self.client,
                engine=self.engine,
                settings=self.settings,
                worker=self.worker,
                now=self.now,
                run_id=self.run_id,
                sleep=self.sleep,
            )

        try:
            drafted = await draft_with_retries(draft, sleep=self.sleep)
        except AiError as error:
            await self._give_up(claimed, error)
        else:
            review = bool(drafted.findings) or drafted.order is None
            self._count(
                drafted=int(drafted.saved and not review),
                reviewed=int(drafted.saved and review),
                reasked=int(drafted.reasks > 0),
            )

    async def _give_up(self, claimed: Claimed, error: AiError) -> None:
        if retrying.stops_all(error):
            self.outcome = replace(self.outcome, halted=str(error))
        done = await asyncio.to_thread(
            give_up,
            self.engine,
            claimed,
            error,
            settings=self.settings,
            worker=self.worker,
            now=self.now(),
            run_id=self.run_id,
        )
        counted = {"parked": "parked", "dead_letter": "dead_lettered", "review": "reviewed"}.get(done)
        self._count(**{counted: 1} if counted else {})

    async def _claim(self) -> Claimed | None:
        lease_s = self.settings.ledger.lease_s
        found = await asyncio.to_thread(
            queue.claim, self.engine, lane=LANE, worker=self.worker, limit=1, now=self.now(), lease_s=lease_s
        )
        return found[0] if found else None

    async def _rest_s(self) -> float:
        if self.client is None:
            return 0.0
        return await asyncio.to_thread(gate.resting_s, self.engine, self.client.name, self.now())

    async def _next_wake_s(self) -> float | None:
        wake = await asyncio.to_thread(queue.next_wake, self.engine, self.now())
        return None if wake is None else max((wake - self.now()).total_seconds(), 0.01)

    def _count(self, **more: int) -> None:
        counted = {name: getattr(self.outcome, name) + count for name, count in more.items()}
        if self.client:
            counted |= {"calls": self.client.calls, "tokens": self.client.tokens}
        self.outcome = replace(self.outcome, **counted)
        if self.on_progress:
            self.on_progress(self.outcome)


@asynccontextmanager
async def _kept_lease(
    engine: Engine, claimed: Claimed, lease_s: float, worker: str, now: Callable[[], datetime]
) -> Any:
    """Renew the lease three times in its length until the block ends."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(lease_s / 3)
            await asyncio.to_thread(
                queue.renew, engine, [claimed.id], worker=worker, now=now(), lease_s=lease_s
            )

    renewing: asyncio.Task[Awaitable[None]] = asyncio.create_task(renew())  # type: ignore[arg-type]
    try:
        yield
    finally:
        renewing.cancel()
