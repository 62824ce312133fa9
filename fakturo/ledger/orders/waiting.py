"""Why an order waits and when it will have moved on: from its row, the queue before it, the pace of late.

Where that cannot be said, the words say so; no figure is made up.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, func, or_, select

from fakturo.history import SERIES as IMPORTED
from fakturo.ledger.tables import ai_calls, drafts, invoices, orders

RECENT_S = 300.0
"""Over how long the pace is taken: shorter jumps with each pause, longer forgets an outage too slowly."""
MOST_SEEN = 500
"""Rows the pace is taken from; at 30 a second the last 17 seconds."""
FEWEST_SEEN = 2
NOBODY_CAME_S = 10.0
"""A worker looks many times a second; an order that lies longer than this is seen by none."""
_FAILED = ("transient", "timeout", "truncated", "invalid_output", "rate_limit")


class Rest(NamedTuple):
    """Why no model is asked now, over all providers."""

    why: str
    until: datetime | None


class Around(NamedTuple):
    """What holds for all orders at one moment."""

    now: datetime
    rest: Rest | None
    max_parks: int
    attempts: int
    """Tries before an order is parked."""


class Wait(NamedTuple):
    """Why an order is where it is, one sentence, and when it will have moved on if that can be said."""

    why: str
    at: datetime | None = None


class Pace(NamedTuple):
    """What is going on in one lane."""

    waiting: int
    working: int
    per_s: float | None
    """Orders finished a second, in the last minutes; None where too few were to say."""
    last_at: datetime | None
    """When one was finished last."""


def pace(connection: Connection, lane: str, now: datetime) -> Pace:
    """How many wait in a lane ('rules' or 'model'), how many are under way, and how fast it goes."""
    in_lane = and_(orders.c.status == "queued", orders.c.lane == lane)
    working = connection.execute(
        select(func.count()).where(in_lane, orders.c.leased_until > now)
    ).scalar_one()
    free = connection.execute(select(func.count()).where(in_lane, _is_free(now))).scalar_one()
    table, at = (invoices, invoices.c.issued_at) if lane == "rules" else (drafts, drafts.c.created_at)
    newest = select(at).order_by(table.c.id.desc()).limit(MOST_SEEN)
    if lane == "model":
        newest = newest.where(drafts.c.drafter == "model")
    else:
        newest = newest.where(invoices.c.series != IMPORTED)
    moments = list(connection.execute(newest).scalars())
    recent = [each for each in moments if (now - each).total_seconds() <= RECENT_S]
    per_s = None
    if len(recent) >= FEWEST_SEEN:
        per_s = len(recent) / max((now - min(recent)).total_seconds(), 1.0)
    return Pace(int(free), int(working), per_s, max(moments, default=None))


def waits(connection: Connection, rows: Sequence[Row[Any]], around: Around) -> list[Wait]:
    """Of each order (a row of `orders`) why it waits and until when."""
    free = [row for row in rows if row.status == "queued" and _waits_its_turn(row, around.now)]
    lanes = {row.lane for row in free}
    paces = {lane: pace(connection, lane, around.now) for lane in lanes}
    places: dict[int, int] = {}
    for lane in lanes:
        places |= _places(connection, lane, [row.id for row in free if row.lane == lane], around.now)
    return [
        _in_turn(row, places.get(row.id, 1), paces[row.lane], around)
        if row in free
        else _elsewhere(connection, row, around)
        for row in rows
    ]


def _is_free(now: datetime) -> Any:
    return and_(
        or_(orders.c.not_before.is_(None), orders.c.not_before <= now),
        or_(orders.c.leased_until.is_(None), orders.c.leased_until <= now),
    )


def _waits_its_turn(row: Row[Any], now: datetime) -> bool:
    return not any(each is not None and each > now for each in (row.not_before, row.leased_until))


def _places(connection: Connection, lane: str, ids: Sequence[int], now: datetime) -> dict[int, int]:
    """Place in the lane of each id, from 1; one pass over the queue however many are asked for."""
    queue = (
        select(orders.c.id, func.row_number().over(order_by=orders.c.id).label("place"))
        .where(orders.c.status == "queued", orders.c.lane == lane, _is_free(now))
        .subquery()
    )
    found = connection.execute(select(queue).where(queue.c.id.in_(ids)))
    return dict(found.tuples().all())


def _in_turn(row: Row[Any], place: int, lane: Pace, around: Around) -> Wait:
    where = f"Waits for its turn, place {place} of {lane.waiting}"
    if row.lane == "model" and around.rest is not None:
        return Wait(f"{around.rest.why} {where}.", around.rest.until)
    if lane.working == 0:
        last_seen = max(each for each in (row.updated_at, lane.last_at) if each is not None)
        if (around.now - last_seen).total_seconds() > NOBODY_CAME_S:
            return Wait(f"{where}; no worker is running: `fakturo up` or `fakturo issue` starts one.")
        if lane.per_s is None:
            return Wait(f"{where}; a worker that runs takes it within a second.")
    if lane.per_s is None:
        return Wait(f"{where}; too little was done lately to say when.")
    before = place + lane.working  # who is under way may still wait for the provider's next free moment
    return Wait(f"{where}.", around.now + timedelta(seconds=before / lane.per_s))


def _elsewhere(connection: Connection, row: Row[Any], around: Around) -> Wait:
    """An order that is parked, under way, or out of the queue."""
    if row.status == "needs_review":
        return Wait(f"Waits for a person: `fakturo review show {row.id}`. {row.status_reason or ''}".rstrip())
    if row.status == "dead_letter":
        last = _last_calls(connection, row.id, 1)
        answer = f" Last answer: {_in_words(last[0])}." if last else ""
        return Wait(f"{row.status_reason or ''}{answer} Replay it: `fakturo orders retry {row.id}`.".lstrip())
    if row.status != "queued":
        return Wait(row.status_reason or "")
    if row.leased_until is not None and row.leased_until > around.now:
        return _under_way(connection, row, around)
    times = f" Parked {row.parks} of {around.max_parks} times." if row.parks else ""
    return Wait(f"{row.status_reason or 'No reason was kept.'}{times}", row.not_before)


def _under_way(connection: Connection, row: Row[Any], around: Around) -> Wait:
    if row.lane == "rules":
        return Wait(f"Is being issued by {row.leased_by}.")
    failed = 0
    calls = _last_calls(connection, row.id, around.attempts)
    for call in calls:
        if call.outcome not in _FAILED:
            break
        failed += 1
    tries = ""
    if failed:
        tries = f", try {min(failed + 1, around.attempts)} of {around.attempts} after {_in_words(calls[0])}"
    durations = connection.execute(
        select(ai_calls.c.duration_ms)
        .where(ai_calls.c.outcome == "ok")
        .order_by(ai_calls.c.id.desc())
        .limit(21)
    ).scalars()
    usual_ms = median(found) if (found := list(durations)) else None
    at = None if usual_ms is None or failed else around.now + timedelta(milliseconds=usual_ms)
    return Wait(f"The model is asked, by {row.leased_by}{tries}.", at)


def _last_calls(connection: Connection, order_id: int, limit: int) -> Sequence[Row[Any]]:
    """The last settled requests about an order, newest first."""
    query = (
        select(ai_calls.c.outcome, ai_calls.c.http_status)
        .where(ai_calls.c.order_id == order_id, ai_calls.c.outcome != "sent")
        .order_by(ai_calls.c.id.desc())
        .limit(limit)
    )
    return connection.execute(query).all()


def _in_words(call: Row[Any]) -> str:
    """'transient (HTTP 503)'."""
    return f"{call.outcome} (HTTP {call.http_status})" if call.http_status else str(call.outcome)
