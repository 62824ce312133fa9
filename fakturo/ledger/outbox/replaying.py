"""Send events once more, or to a receiver that was not there when they happened; audited."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, or_, select, update

from fakturo.errors import NotFound
from fakturo.ledger import audit_chain
from fakturo.ledger.delivery_tables import deliveries, delivery_receivers
from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.open import writing
from fakturo.ledger.outbox.deliveries import CHUNK, Receiver
from fakturo.ledger.tables import outbox


def replay(
    engine: Engine,
    receivers: Sequence[Receiver],
    *,
    now: datetime,
    actor: str,
    outbox_ids: Sequence[int] | None = None,
    since: datetime | None = None,
    subject: str | None = None,
    is_again: bool = False,
) -> int:
    """Queue events anew for each receiver that wants them, under the ids they had; the log stays.

    What waits is tried at once. What is under way is left alone.

    Args:
        outbox_ids: only these; None: all that `since` and `subject` leave.
        is_again: also what was delivered.

    Returns:
        How many deliveries are queued now that were not, or waited.

    Raises:
        NotFound: an id that the outbox does not know.
    """
    with writing(engine) as connection:
        events = _events(connection, outbox_ids, since, subject)
        count = sum(_queue(connection, each, events, now, is_again=is_again) for each in receivers)
        if count:
            told = {
                "receivers": sorted(each.name for each in receivers),
                "events": len(events),
                "deliveries": count,
                "first": events[0][0],
                "last": events[-1][0],
            }
            audit_chain.append(connection, at=now, actor=actor, entries=[("outbox.replayed", "outbox", told)])
    return count


def _events(
    connection: Connection, ids: Sequence[int] | None, since: datetime | None, subject: str | None
) -> list[tuple[int, str, str]]:
    """(id, event, subject), in their order."""
    query = select(outbox.c.id, outbox.c.event, outbox.c.subject).order_by(outbox.c.id)
    if since is not None:
        query = query.where(outbox.c.created_at >= since)
    if subject is not None:
        query = query.where(outbox.c.subject == subject)
    if ids is None:
        return list(connection.execute(query).tuples())
    found = list(connection.execute(query.where(outbox.c.id.in_(ids))).tuples())
    if missing := sorted(set(ids) - {each[0] for each in found}):
        raise NotFound(
            f"No event {missing[0]} that was asked for; `fakturo outbox list` shows what there is."
        )
    return found


def _queue(
    connection: Connection,
    receiver: Receiver,
    events: Sequence[tuple[int, str, str]],
    now: datetime,
    *,
    is_again: bool,
) -> int:
    wanted = [(event_id, subject) for event_id, event, subject in events if receiver.wants(event)]
    count = 0
    states = ("gave_up", "skipped", "withdrawn", *(("delivered",) if is_again else ()))
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        mine = and_(
            deliveries.c.receiver == receiver.name, deliveries.c.outbox_id.in_([each[0] for each in chunk])
        )
        there = set(connection.execute(select(deliveries.c.outbox_id).where(mine)).scalars())
        rest = or_(
            deliveries.c.status.in_(states),
            and_(deliveries.c.status == "pending", deliveries.c.leased_by.is_(None)),
        )
        anew = {
            "status": "pending",
            "attempts": 0,
            "first_tried_at": None,
            "not_before": None,
            "last_error": None,
            "last_status": None,
            "delivered_at": None,
            "created_at": now,
        }
        count += connection.execute(update(deliveries).where(mine, rest).values(**anew)).rowcount
        new = [
            {"outbox_id": event_id, "receiver": receiver.name, "subject": subject, "created_at": now}
            for event_id, subject in chunk
            if event_id not in there
        ]
        insert_new(connection, deliveries, new)
        count += len(new)
    if count:  # who replays knows that the receiver is back: the pause ends, one event probes it
        connection.execute(
            update(delivery_receivers)
            .where(delivery_receivers.c.name == receiver.name, delivery_receivers.c.paused_until > now)
            .values(paused_until=now, failing_since=None, updated_at=now)
        )
    return count
