"""The queue is the `orders` table: an order is claimed with a lease and never popped before it is done.

A dead worker's lease runs out and the order is claimed again; who lost its lease writes nothing
(every write here and in drafts.py and issuing.py asks for `leased_by`). Parked means queued with
`not_before` in the future: it waits, it has not failed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from fakturo.ledger import audit_chain
from fakturo.ledger.columns import Utc
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import orders

LANES = ("rules", "model")
"""What code understands is issued in chunks; free text is drafted by the model first."""
STATES = (
    "queued",
    "parked",
    "working",
    "needs_review",
    "issued",
    "credit_requested",
    "rejected",
    "dead_letter",
)


class Claimed(NamedTuple):
    """An order in the hands of one worker until its lease ends."""

    id: int
    source: str
    external_id: str
    content: str | None
    raw: str | None
    attempts: int
    parks: int
    received_at: datetime


def claim(
    engine: Engine,
    *,
    lane: str,
    worker: str,
    limit: int,
    now: datetime,
    lease_s: float,
    order_ids: Sequence[int] | None = None,
) -> list[Claimed]:
    """Lease up to `limit` waiting orders of a lane, oldest first; two workers never get the same one."""
    free = _free(lane, now)
    if order_ids is not None:
        free = and_(free, orders.c.id.in_(order_ids))
    with writing(engine) as connection:
        chosen = select(orders.c.id).where(free).order_by(orders.c.id).limit(limit)
        ids = connection.execute(chosen.with_for_update(skip_locked=True)).scalars().all()
        if not ids:
            return []
        taken = connection.execute(
            update(orders)
            .where(orders.c.id.in_(ids))
            .values(
                leased_until=now + timedelta(seconds=lease_s),
                leased_by=worker,
                attempts=orders.c.attempts + 1,
            )
            .returning(*(orders.c[name] for name in Claimed._fields))
        )
        return sorted(Claimed(*row) for row in taken)


def renew(engine: Engine, ids: Sequence[int], *, worker: str, now: datetime, lease_s: float) -> None:
    """Extend the leases that `worker` still holds."""
    _change(engine, ids, worker, leased_until=now + timedelta(seconds=lease_s))


def release(engine: Engine, ids: Sequence[int], now: datetime, *, worker: str | None = None) -> None:
    """Give orders back to the queue unchanged, without counting the try."""
    _change(engine, ids, worker, attempts=orders.c.attempts - 1, updated_at=now, **_NO_LEASE)


def park(
    engine: Engine,
    order_id: int,
    *,
    reason: str,
    not_before: datetime,
    now: datetime,
    worker: str,
    is_counted: bool = True,
) -> bool:
    """Let an order wait until `not_before`; False when the lease was lost and nothing was written.

    Args:
        is_counted: False where the order is not to blame: it may wait so any number of times.
    """
    values = {
        "parks": orders.c.parks + (1 if is_counted else 0),
        "not_before": not_before,
        "status_reason": reason,
        "updated_at": now,
    }
    return _change(engine, [order_id], worker, **values, **_NO_LEASE) == 1


def dead_letter(engine: Engine, order_id: int, *, reason: str, now: datetime, worker: str) -> bool:
    """Take an order out of the queue for good until a person retries it; audited."""
    with writing(engine) as connection:
        changed = connection.execute(
            update(orders)
            .where(orders.c.id == order_id, orders.c.leased_by == worker)
            .values(status="dead_letter", status_reason=reason, updated_at=now, **_NO_LEASE)
        ).rowcount
        if changed:
            entry = ("order.dead_letter", f"order:{order_id}", {"reason": reason})
            audit_chain.append(connection, at=now, actor=worker, entries=[entry])
        return changed == 1


def retry(engine: Engine, order_id: int, *, now: datetime, actor: str) -> bool:
    """Put a dead-lettered or parked order back into the queue at once; audited."""
    with writing(engine) as connection:
        changed = connection.execute(
            update(orders)
            .where(orders.c.id == order_id, orders.c.status.in_(("dead_letter", "queued")))
            .values(status="queued", status_reason=None, not_before=None, parks=0, attempts=0, updated_at=now)
        ).rowcount
        if changed:
            audit_chain.append(
                connection, at=now, actor=actor, entries=[("order.retried", f"order:{order_id}", {})]
            )
        return changed == 1


def release_worker(engine: Engine, worker_prefix: str, now: datetime) -> int:
    """Free all leases of workers whose name starts so; for a restart that knows they are dead."""
    with writing(engine) as connection:
        held = and_(
            orders.c.leased_by.startswith(worker_prefix, autoescape=True), orders.c.status == "queued"
        )
        return connection.execute(update(orders).where(held).values(updated_at=now, **_NO_LEASE)).rowcount


def waiting_lanes(engine: Engine, now: datetime) -> frozenset[str]:
    """Lanes of which an order could be claimed now; one index look-up a lane."""
    with reading(engine) as connection:
        found = connection.execute(_WAITING, {"now": now}).one()
    return frozenset(lane for lane, waits in zip(LANES, found, strict=True) if waits)


def next_wake(engine: Engine, now: datetime) -> datetime | None:
    """When the next parked order or dead worker's lease comes free; None when nothing waits for time."""
    with reading(engine) as connection:
        moments = [connection.execute(each, {"now": now}).scalar() for each in _WAKES]
    return min((moment for moment in moments if moment is not None), default=None)


def counts(engine: Engine, now: datetime) -> dict[str, int]:
    """How many orders are in each of STATES."""
    with reading(engine) as connection:
        return count_states(connection, now)


def count_states(connection: Connection, now: datetime) -> dict[str, int]:
    """As `counts`, inside a transaction of the caller's."""
    queued = orders.c.status == "queued"
    state = case(
        (and_(queued, orders.c.leased_until > now), "working"),
        (and_(queued, orders.c.not_before > now), "parked"),
        else_=orders.c.status,
    )
    found = dict(connection.execute(select(state, func.count()).group_by(state)).tuples().all())
    return {name: found.get(name, 0) for name in STATES}


_NO_LEASE = {"leased_until": None, "leased_by": None}


def _free(lane: str, now: "datetime | BindParameter[datetime]") -> ColumnElement[bool]:
    return and_(
        orders.c.status == "queued",
        orders.c.lane == lane,
        or_(orders.c.not_before.is_(None), orders.c.not_before <= now),
        or_(orders.c.leased_until.is_(None), orders.c.leased_until <= now),
    )


# A drain looks many times a second: to build these anew took 1 ms a look, as much as all the rest of it.
_NOW = bindparam("now", type_=Utc())
_WAITING = select(*(exists().where(_free(lane, _NOW)) for lane in LANES))
_WAKES = [
    select(func.min(column)).where(orders.c.status == "queued", column > _NOW)
    for column in (orders.c.not_before, orders.c.leased_until)
]


def _change(engine: Engine, ids: Sequence[int], worker: str | None, **values: object) -> int:
    if not ids:
        return 0
    mine = and_(orders.c.id.in_(ids), orders.c.status == "queued")
    if worker is not None:
        mine = and_(mine, orders.c.leased_by == worker)
    with writing(engine) as connection:
        return connection.execute(update(orders).where(mine).values(**values)).rowcount
