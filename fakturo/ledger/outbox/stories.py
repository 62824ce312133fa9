"""Read deliveries for people: lists, one event's whole story, how receivers do."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from fakturo.errors import NotFound
from fakturo.ledger.delivery_tables import deliveries, delivery_log, delivery_receivers
from fakturo.ledger.orders.stories import conditions
from fakturo.ledger.tables import outbox


def recent(
    connection: Connection, *, limit: int, status: str | None, receiver: str | None, subject: str | None
) -> Sequence[Row[Any]]:
    """The newest deliveries with their event (`event`, `happened_at`), newest first."""
    query = (
        select(deliveries, outbox.c.event, outbox.c.created_at.label("happened_at"))
        .join(outbox, outbox.c.id == deliveries.c.outbox_id)
        .where(conditions(deliveries, status=status, receiver=receiver, subject=subject))
        .order_by(deliveries.c.outbox_id.desc(), deliveries.c.receiver)
        .limit(limit)
    )
    return connection.execute(query).all()


def find_event(connection: Connection, key: str) -> Row[Any]:
    """An event by the number that the outbox gave it, or by the id that receivers see (`evt_42_…`).

    Raises:
        NotFound: the outbox has no such event.
    """
    number = key.removeprefix("evt_").partition("_")[0]
    row = None
    if number.isdecimal() and len(number) < len(str(2**63)):
        row = connection.execute(select(outbox).where(outbox.c.id == int(number))).first()
    if row is None:
        raise NotFound(f"No event {key}; `fakturo outbox list` shows what there is.")
    return row


def of_event(connection: Connection, outbox_id: int) -> Sequence[Row[Any]]:
    """The deliveries of an event, by receiver."""
    query = select(deliveries).where(deliveries.c.outbox_id == outbox_id).order_by(deliveries.c.receiver)
    return connection.execute(query).all()


def attempts(connection: Connection, outbox_id: int) -> Sequence[Row[Any]]:
    """Every attempt to tell of an event, with its `receiver`, oldest first."""
    query = (
        select(delivery_log, deliveries.c.receiver)
        .join(deliveries, deliveries.c.id == delivery_log.c.delivery_id)
        .where(deliveries.c.outbox_id == outbox_id)
        .order_by(delivery_log.c.id)
    )
    return connection.execute(query).all()


def count_unsent(connection: Connection) -> int:
    """Events that were not passed on to receivers yet."""
    return int(
        connection.execute(select(func.count(outbox.c.id)).where(outbox.c.sent_at.is_(None))).scalar_one()
    )


def given_up(connection: Connection) -> Sequence[Row[Any]]:
    """(receiver, how many events it did not get, when the last of them was queued), by receiver."""
    query = (
        select(deliveries.c.receiver, func.count(), func.max(deliveries.c.created_at))
        .where(deliveries.c.status == "gave_up")
        .group_by(deliveries.c.receiver)
        .order_by(deliveries.c.receiver)
    )
    return connection.execute(query).all()


def in_trouble(connection: Connection) -> Sequence[Row[Any]]:
    """Receivers that have failed since they last took something."""
    query = select(delivery_receivers).where(delivery_receivers.c.failures > 0)
    return connection.execute(query.order_by(delivery_receivers.c.name)).all()
