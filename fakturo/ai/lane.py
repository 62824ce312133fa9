"""Drain the free-text orders of the queue in the foreground, without a server: several at once, one by one.

Prefect's flow does the same with one task run an order; both wrap `one_order.draft_one`.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from fakturo.ai import gate, retrying
from fakturo.ai.client import ModelClient, open_client
from fakturo.ai.drafting import Drafted
from fakturo.ai.one_order import draft_one, draft_with_retries, give_up
from fakturo.errors import AiError
from fakturo.ledger import queue
from fakturo.ledger.queue import Claimed
from fakturo.settings import Settings

LANE = "model"


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
            self.outcome = replace(self.outcome, halted=self.outcome.halted or str(error))
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
