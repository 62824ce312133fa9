"""Deliver what waits in the outbox, by the settings; what the flow and the command share."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from fakturo.clock import utc_now
from fakturo.delivery.receivers import open_senders, receivers_of
from fakturo.delivery.round import Round, Tally
from fakturo.ledger.outbox.holders import release_dead_senders
from fakturo.settings import Settings


async def deliver(
    engine: Engine,
    settings: Settings,
    *,
    worker: str,
    run_id: str | None = None,
    until: datetime | None = None,
    clock: Callable[[], datetime] = utc_now,
    stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Tally:
    """One round over all receivers of the settings.

    Raises:
        BadSetting: a secret cannot be read; nothing was sent.
    """
    senders = open_senders(settings, engine)
    await asyncio.to_thread(release_dead_senders, engine, clock())
    try:
        made = Round(engine, receivers_of(settings), senders, clock=clock, worker=worker, run_id=run_id)
        return await made.run(until=until, stop=stop, on_progress=on_progress)
    finally:
        for each in senders.values():
            await each.aclose()
