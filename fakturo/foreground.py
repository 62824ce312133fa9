"""Drain the queue in this process, without a Prefect server: what `fakturo issue`, tests and benches run."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import Engine

from fakturo import worker
from fakturo.ai.client import open_client
from fakturo.ai.one_order import in_foreground
from fakturo.clock import utc_now
from fakturo.drain import Drain
from fakturo.settings import Settings


async def drain(
    engine: Engine,
    settings: Settings,
    *,
    patience_s: float = 0.0,
    clock: Callable[[], datetime] = utc_now,
    run_id: str | None = None,
    on_progress: Callable[[Drain], Awaitable[None]] | None = None,
) -> Drain:
    """Draft, prove and issue what waits, until nothing does.

    Args:
        patience_s: parked orders and a resting provider are waited for when their moment comes this soon.
        on_progress: awaited after every step with the drain so far.

    Returns:
        What was done, and by what it was stopped.
    """
    client = open_client(settings)
    me = worker.name()
    work = Drain(
        engine,
        settings,
        worker=me,
        clock=clock,
        draft=in_foreground(client, engine=engine, settings=settings, worker=me, now=clock, run_id=run_id),
        endpoint=client.name if client else None,
        run_id=run_id,
    )

    async def told() -> None:
        if on_progress is not None:
            await on_progress(work)

    try:
        await work.run(on_progress=told)
    finally:
        if client:
            await client.aclose()
    return work
