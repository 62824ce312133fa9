"""Settle attempts to deliver: the delivery, its log, and how its receiver does, in one transaction.

A receiver that fails again and again is paused for all processes, so that it costs one probe at a time;
when it answers again, what waited for it leaves at once. What it has refused for three days is given up.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Engine, and_, select, update

from fakturo.ledger import audit_chain
from fakturo.ledger.delivery_tables import deliveries, delivery_log, delivery_receivers
from fakturo.ledger.open import writing
from fakturo.ledger.outbox.deliveries import Claimed

Status = Literal["pending", "delivered", "gave_up", "skipped", "withdrawn"]


class Settlement(NamedTuple):
    """What became of one attempt."""

    claimed: Claimed
    status: Status
    answer: int | None
    """Of HTTP or SMTP; None: no answer."""
    error: str | None
    duration_ms: int
    receiver_is: Literal["up", "down", "unknown"]
    """What the attempt says about its receiver."""
    not_before: datetime | None = None
    """Of what stays pending: when it is tried again."""
    pause_until: datetime | None = None
    """Asked for by the receiver, for all its events."""


class Rules(NamedTuple):
    """How patient the sender is."""

    pause_s: Callable[[int], float]
    """Seconds that a receiver rests after so many failures in a row; 0: none."""
    give_up_after: timedelta


def settle(
    engine: Engine, settlements: Sequence[Settlement], rules: Rules, *, worker: str, now: datetime
) -> int:
    """Write down what became of attempts; who lost its lease changes nothing but the log.

    Returns:
        How many deliveries were given up because their receiver has taken nothing for too long.
    """
    buried = 0
    with writing(engine) as connection:
        for each in settlements:
            _log(connection, each)
            if _move(connection, each, worker, now):
                buried += _note(connection, each, rules, worker, now)
    return buried


def _log(connection: Connection, settled: Settlement) -> None:
    outcome = "failed" if settled.status == "pending" else settled.status
    connection.execute(
        update(delivery_log)
        .where(delivery_log.c.id == settled.claimed.log_id)
        .values(
            outcome=outcome,
            http_status=settled.answer,
            error=settled.error,
            duration_ms=settled.duration_ms,
        )
    )


def _move(connection: Connection, settled: Settlement, worker: str, now: datetime) -> bool:
    """Change the delivery if it is still in our hands."""
    claimed = settled.claimed
    moved = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.id == claimed.id,
            deliveries.c.status == "pending",
            deliveries.c.leased_by == worker,
            deliveries.c.attempts == claimed.attempts,
        )
        .values(
            status=settled.status,
            not_before=settled.not_before,
            last_status=settled.answer,
            last_error=settled.error,
            delivered_at=now if settled.status == "delivered" else None,
            **_NO_LEASE,
        )
    ).rowcount
    if moved and settled.status == "gave_up":
        told = {"receiver": claimed.receiver, "subject": claimed.subject, "reason": settled.error}
        entry = ("delivery.gave_up", f"outbox:{claimed.outbox_id}", told)
        audit_chain.append(connection, at=now, actor=worker, entries=[entry])
    return moved == 1


def _note(connection: Connection, settled: Settlement, rules: Rules, worker: str, now: datetime) -> int:
    """Keep how the receiver does; how many deliveries were given up with it."""
    name, mine = settled.claimed.receiver, delivery_receivers.c.name == settled.claimed.receiver
    health = connection.execute(select(delivery_receivers).where(mine).with_for_update()).one()
    if settled.receiver_is == "up":
        if health.failures or health.paused_until:
            well = {"failures": 0, "failing_since": None, "paused_until": None, "updated_at": now}
            connection.execute(update(delivery_receivers).where(mine).values(**well))
        if health.paused_until:
            _wake(connection, name, now)
        return 0
    if settled.receiver_is == "unknown":
        return 0
    failures, since = health.failures + 1, health.failing_since or now
    rest_s = rules.pause_s(failures)
    ends = [now + timedelta(seconds=rest_s)] if rest_s else []
    ends += [each for each in (health.paused_until, settled.pause_until) if each is not None]
    ill = {"failures": failures, "failing_since": since, "paused_until": max(ends, default=None)}
    connection.execute(update(delivery_receivers).where(mine).values(**ill, updated_at=now))
    if now - since < rules.give_up_after:
        return 0
    return _bury(connection, name, now - rules.give_up_after, worker, now)


def _wake(connection: Connection, receiver: str, now: datetime) -> None:
    """Let what waits for a receiver leave at once: it answers again."""
    waiting = and_(
        deliveries.c.receiver == receiver, deliveries.c.status == "pending", deliveries.c.not_before > now
    )
    connection.execute(update(deliveries).where(waiting).values(not_before=None))


def _bury(connection: Connection, receiver: str, before: datetime, worker: str, now: datetime) -> int:
    """Give up what was queued before `before` and tried in vain; what never had its turn still gets one."""
    old = and_(
        deliveries.c.receiver == receiver,
        deliveries.c.status == "pending",
        deliveries.c.created_at <= before,
        deliveries.c.attempts > 0,
        deliveries.c.leased_by.is_(None),
    )
    reason = "The receiver has taken nothing for three days."
    count = connection.execute(
        update(deliveries).where(old).values(status="gave_up", not_before=None, last_error=reason)
    ).rowcount
    if count:
        entry = ("delivery.gave_up", f"receiver:{receiver}", {"deliveries": count, "reason": reason})
        audit_chain.append(connection, at=now, actor=worker, entries=[entry])
    return count


_NO_LEASE = {"leased_until": None, "leased_by": None}
