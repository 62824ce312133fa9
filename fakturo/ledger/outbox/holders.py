"""Deliveries in the hands of processes that are known to be dead, given back before their lease ends."""

from datetime import datetime

from sqlalchemy import Engine, select, update

from fakturo.ledger.delivery_tables import deliveries
from fakturo.ledger.open import reading, writing
from fakturo.ledger.orders.holders import is_dead


def release_dead_senders(engine: Engine, now: datetime) -> int:
    """Free what processes of this machine held that no longer run; it is sent again under the same id.

    Other machines' leases run out by themselves: nobody here knows whether their holders live.

    Returns:
        How many deliveries may be tried again at once.
    """
    held = (deliveries.c.status == "pending") & (deliveries.c.leased_until > now)
    with reading(engine) as connection:
        holders = connection.execute(select(deliveries.c.leased_by).where(held).distinct()).scalars().all()
    dead = [each for each in holders if each and is_dead(each)]
    if not dead:
        return 0
    with writing(engine) as connection:
        freed = update(deliveries).where(held, deliveries.c.leased_by.in_(dead))
        return int(connection.execute(freed.values(leased_until=None, leased_by=None)).rowcount)
