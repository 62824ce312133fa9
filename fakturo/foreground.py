"""Drain the queue in this process, without a Prefect server: what `fakturo issue`, tests and benches run."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine

from fakturo import worker
from fakturo.ai.lane.desk import Sleep, open_desk
from fakturo.ai.one_order import in_foreground
from fakturo.clock import utc_now
from fakturo.drain import Drain
from fakturo.ledger.orders.holders import release_dead
from fakturo.settings import Settings


async def drain(
    engine: Engine,
    settings: Settings,
    *,
    patience_s: float = 0.0,
    clock: Callable[[], datetime] = utc_now,
    sleep: Sleep = asyncio.sleep,
    run_id: str | None = None,
    stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Drain], Awaitable[None]] | None = None,
) -> Drain:
    """Draft, prove and issue what waits, until nothing does.

    Args:
        patience_s: parked orders and a resting provider are waited for when their moment comes this soon.
        clock: gives aware UTC.
        sleep: for waits that the provider or a retry asks for.
        stop: asked between steps; what is held then goes back to the queue.
        on_progress: awaited after every step with the drain so far.

    Returns:
        What was done, and by what it was stopped.
    """
    await asyncio.to_thread(release_dead, engine, clock())
    desk = open_desk(engine, settings, worker=worker.name(), run_id=run_id, now=clock, sleep=sleep)
    work = Drain(desk, draft=in_foreground(desk), stop=stop)

    async def told() -> None:
        if on_progress is not None:
            await on_progress(work)

    try:
        await work.run(patience=timedelta(seconds=patience_s), on_progress=told)
    finally:
        await desk.aclose()
    return work
