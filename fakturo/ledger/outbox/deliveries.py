"""The queue of deliveries: events of the outbox are passed on to receivers and claimed with a lease.

At least once: what was sent but not settled is sent again when its lease ends, under the same id.
In order: of one subject and receiver only the oldest pending event can be claimed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import NamedTuple

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    and_,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from fakturo.ledger.columns import Utc
from fakturo.ledger.delivery_tables import deliveries, delivery_log, delivery_receivers
from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import documents, invoices, outbox

CHUNK = 1000
LOOKS_BACK = timedelta(days=1)
"""A receiver gets what happened up to so long before it was first seen: set up after the first issue, nothing
is missed, and last year's invoices are not mailed once more. `replay` sends older ones."""


class Receiver(NamedTuple):
    """Who is told of which events."""

    name: str
    events: tuple[str, ...]
    """`*`, `invoice.*` or `invoice.issued`."""
    concurrency: int
    needs_document: bool = False
    """Its events about an invoice wait until the PDF is made."""

    def wants(self, event: str) -> bool:
        """Whether it is told of that event."""
        return any(fnmatchcase(event, each) for each in self.events)


class Passed(NamedTuple):
    """What one call of `fan_out` did."""

    events: int = 0
    deliveries: int = 0
    too_old: int = 0
    """Wanted, but from before their receiver was set up."""


class Claimed(NamedTuple):
    """One event on its way to one receiver, in the hands of one worker until its lease ends."""

    id: int
    receiver: str
    outbox_id: int
    event: str
    subject: str
    payload: str
    happened_at: datetime
    attempts: int
    """With this one."""
    first_tried_at: datetime
    log_id: int


def fan_out(engine: Engine, receivers: Sequence[Receiver], now: datetime, *, limit: int = CHUNK) -> Passed:
    """Pass on up to `limit` events that nobody has passed on; without receivers they wait.

    An event that no receiver wants leaves no row.
    """
    unsent = select(outbox.c.id).where(outbox.c.sent_at.is_(None))
    with reading(engine) as connection:
        known = set(connection.execute(select(delivery_receivers.c.name)).scalars())
        is_waiting = connection.execute(unsent.limit(1)).first() is not None
    if not receivers or not (is_waiting or {each.name for each in receivers} - known):
        return Passed()
    with writing(engine) as connection:
        fresh = [{"name": each.name, "known_since": now, "updated_at": now} for each in receivers]
        insert_new(connection, delivery_receivers, fresh)
        seen = select(delivery_receivers.c.name, delivery_receivers.c.known_since)
        since = dict(connection.execute(seen).tuples().all())
        events = connection.execute(
            select(outbox.c.id, outbox.c.event, outbox.c.subject, outbox.c.created_at)
            .where(outbox.c.id.in_(unsent.order_by(outbox.c.id).limit(limit)), outbox.c.sent_at.is_(None))
            .order_by(outbox.c.id)
            .with_for_update()  # not SKIP LOCKED: a later event would overtake an earlier one
        ).all()
        wanted = [(event, each) for event in events for each in receivers if each.wants(event.event)]
        rows = [
            {"outbox_id": event.id, "receiver": each.name, "subject": event.subject, "created_at": now}
            for event, each in wanted
            if event.created_at >= since[each.name] - LOOKS_BACK
        ]
        insert_new(connection, deliveries, rows)
        if events:
            ids = [event.id for event in events]
            connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(sent_at=now))
    return Passed(len(events), len(rows), len(wanted) - len(rows))


def is_due(engine: Engine, receiver: Receiver, now: datetime) -> bool:
    """Whether an event could leave for the receiver now."""
    with reading(engine) as connection:
        if _room(connection, receiver, now) < 1:
            return False
        return connection.execute(_eligible(receiver, now).limit(1)).first() is not None


def claim(
    engine: Engine,
    receiver: Receiver,
    *,
    worker: str,
    now: datetime,
    lease_s: float,
    run_id: str | None = None,
) -> list[Claimed]:
    """Lease what may leave for a receiver now, and write each attempt down before it leaves.

    No more than its `concurrency` are under way over all processes; one, while it recovers from a pause.
    """
    with writing(engine) as connection:
        room = _room(connection, receiver, now, lock=True)
        if room < 1:
            return []
        chosen = _eligible(receiver, now)
        if _is_probing(connection, receiver):  # a new event, rather than one that it has refused before
            chosen = chosen.order_by(deliveries.c.attempts)
        chosen = chosen.order_by(deliveries.c.outbox_id).limit(room)
        ids = connection.execute(chosen.with_for_update(of=deliveries, skip_locked=True)).scalars().all()
        if not ids:
            return []
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(ids))
            .values(
                leased_until=now + timedelta(seconds=lease_s),
                leased_by=worker,
                attempts=deliveries.c.attempts + 1,
                first_tried_at=func.coalesce(deliveries.c.first_tried_at, literal(now, Utc)),
            )
        )
        return _begin(connection, ids, now, run_id)


def next_due(engine: Engine, receivers: Sequence[Receiver], now: datetime) -> datetime | None:
    """When the next pause, wait or lease of a receiver ends; None: nothing waits for time."""
    moments: list[datetime] = []
    with reading(engine) as connection:
        for each in receivers:
            mine = and_(deliveries.c.receiver == each.name, deliveries.c.status == "pending")
            if connection.execute(select(deliveries.c.id).where(mine).limit(1)).first() is None:
                continue
            paused = select(delivery_receivers.c.paused_until).where(delivery_receivers.c.name == each.name)
            until = connection.execute(paused).scalar()
            if until is not None and until > now:
                moments.append(until)
                continue
            for column in (deliveries.c.not_before, deliveries.c.leased_until):
                soonest = connection.execute(select(func.min(column)).where(mine, column > now)).scalar()
                moments += [] if soonest is None else [soonest]
    return min(moments, default=None)


def _begin(connection: Connection, ids: Sequence[int], now: datetime, run_id: str | None) -> list[Claimed]:
    """Write down that these leave now; the attempts in the order of their events."""
    taken = connection.execute(
        select(
            *(deliveries.c[name] for name in ("id", "receiver", "outbox_id", "attempts", "first_tried_at")),
            *(outbox.c[name] for name in ("event", "subject", "payload")),
            outbox.c.created_at.label("happened_at"),
        )
        .join(outbox, outbox.c.id == deliveries.c.outbox_id)
        .where(deliveries.c.id.in_(ids))
        .order_by(deliveries.c.outbox_id)
    ).all()
    begun = insert(delivery_log).values(outcome="sent", started_at=now, run_id=run_id)
    claimed: list[Claimed] = []
    for row in taken:
        log_id = connection.execute(
            begun.values(delivery_id=row.id, attempt=row.attempts).returning(delivery_log.c.id)
        ).scalar_one()
        claimed.append(Claimed(**row._mapping, log_id=log_id))  # noqa: SLF001  SQLAlchemy's public name
    return claimed


def _room(connection: Connection, receiver: Receiver, now: datetime, *, lock: bool = False) -> int:
    """How many more events may be under way to it."""
    query = select(delivery_receivers.c.paused_until).where(delivery_receivers.c.name == receiver.name)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None or (row.paused_until is not None and row.paused_until > now):
        return 0
    under_way = select(func.count()).where(
        deliveries.c.receiver == receiver.name, deliveries.c.leased_until > now
    )
    most = receiver.concurrency if row.paused_until is None else 1
    return most - int(connection.execute(under_way).scalar_one())


def _is_probing(connection: Connection, receiver: Receiver) -> bool:
    query = select(delivery_receivers.c.paused_until).where(delivery_receivers.c.name == receiver.name)
    return connection.execute(query).scalar() is not None


def _eligible(receiver: Receiver, now: datetime) -> Select[tuple[int]]:
    """Ids of what waits for nothing any more."""
    mine, earlier = deliveries.c, deliveries.alias("earlier")
    overtaken = exists().where(
        earlier.c.receiver == mine.receiver,
        earlier.c.subject == mine.subject,
        earlier.c.status == "pending",
        earlier.c.outbox_id < mine.outbox_id,
    )
    has_document = (
        exists()
        .where(documents.c.invoice_id == invoices.c.id, invoices.c.number == mine.subject)
        .correlate(deliveries)
    )
    of_invoice = exists().where(outbox.c.id == mine.outbox_id, outbox.c.event.startswith("invoice."))
    return select(mine.id).where(
        mine.receiver == receiver.name,
        mine.status == "pending",
        or_(mine.not_before.is_(None), mine.not_before <= now),
        or_(mine.leased_until.is_(None), mine.leased_until <= now),
        ~overtaken,
        or_(has_document, ~of_invoice) if receiver.needs_document else true(),
    )
