"""Leases of processes that are known to be dead, given back before they run out."""

from datetime import datetime

from sqlalchemy import Engine, select

from fakturo import worker
from fakturo.ledger.open import reading
from fakturo.ledger.orders.queue import release_worker
from fakturo.ledger.tables import orders


def release_dead(engine: Engine, now: datetime) -> int:
    """Free the orders held by processes of this machine that no longer run.

    Other machines' leases run out by themselves: nobody here knows whether their holders live.

    Returns:
        How many orders went back to the queue.
    """
    with reading(engine) as connection:
        held = select(orders.c.leased_by).where(orders.c.status == "queued", orders.c.leased_by.is_not(None))
        holders = set(connection.execute(held.distinct()).scalars())
    return sum(release_worker(engine, holder, now) for holder in holders if is_dead(holder))


def is_dead(holder: str) -> bool:
    """Whether the worker of that name ran on this machine and is gone, even if its id was reused."""
    import psutil

    if not holder.startswith(worker.host()):
        return False
    pid, _, named_ms = holder.removeprefix(worker.host()).partition(":")
    if not (pid.isdigit() and named_ms.isdigit()):
        return False
    try:
        return bool(psutil.Process(int(pid)).create_time() * 1000 > int(named_ms))
    except psutil.NoSuchProcess:
        return True
