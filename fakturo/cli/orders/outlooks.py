"""When orders will have moved on, for the commands that tell it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.text import Text
from sqlalchemy import Connection, Row

from fakturo.cli.terminal.plain import clean, waited
from fakturo.cli.terminal.screen import moment
from fakturo.ledger.orders.waiting import Around, Rest, Wait, pace, waits
from fakturo.settings import Settings


def waits_of(
    connection: Connection, rows: Sequence[Row[Any]], settings: Settings, now: datetime
) -> list[Wait]:
    """Why each order waits, and until when."""
    from fakturo.ai.retrying import ATTEMPTS

    asks_model = any(row.status == "queued" and row.lane == "model" for row in rows)
    rest = _rest(connection, settings, now) if asks_model else None
    return waits(connection, rows, Around(now, rest, settings.ai.max_parks, ATTEMPTS))


def head(connection: Connection, row: Row[Any], settings: Settings, now: datetime) -> list[Text]:
    """What to say first about an order: its state, why it is in it, and until when."""
    (wait,) = waits_of(connection, [row], settings, now)
    title = f"Order {clean(row.external_id)} (id {row.id}, from {clean(row.source)}): {state(row, now)}"
    lines = [Text(title, style="bold")]
    if wait.why:
        lines.append(Text(clean(wait.why)))
    if is_parked(row, now):
        lines.append(
            Text(
                f"Parked until {moment(row.not_before)} UTC, {soon(row.not_before, now)}; "
                f"`fakturo orders retry {row.id}` takes it now."
            )
        )
    elif wait.at is not None:
        lines.append(Text(f"Next step {soon(wait.at, now)}."))
    return lines


def state(row: Row[Any], now: datetime) -> str:
    """The order's state in a word: parked and working are kinds of queued."""
    if row.status != "queued":
        return str(row.status)
    if row.leased_until is not None and row.leased_until > now:
        return "working"
    return "parked" if is_parked(row, now) else "queued"


def is_parked(row: Row[Any], now: datetime) -> bool:
    """Whether it is queued for a later moment."""
    return row.status == "queued" and row.not_before is not None and row.not_before > now


def soon(at: datetime | None, now: datetime) -> str:
    """A moment as a person waits for it: 'in about 3 min', 'now', or nothing."""
    if at is None:
        return ""
    return f"in about {waited(at - now)}" if (at - now).total_seconds() >= 1 else "now"


def lanes(connection: Connection, settings: Settings, now: datetime) -> list[str]:
    """One line for each lane in which something waits: how many, how fast, until when."""
    told = []
    for lane, name in (("rules", "To be issued"), ("model", "To be drafted")):
        found = pace(connection, lane, now)
        if not found.waiting and not found.working:
            continue
        line = f"{name}: {found.waiting} wait, {found.working} under way"
        rest = _rest(connection, settings, now) if lane == "model" else None
        if rest is not None:
            told.append(f"{line}. {rest.why}" + (f" Next try {soon(rest.until, now)}." if rest.until else ""))
            continue
        if found.per_s is not None and found.working:
            left = timedelta(seconds=(found.waiting + found.working) / found.per_s)
            line += f", {found.per_s * 60:,.0f} a minute; done {soon(now + left, now)}"
        elif not found.working:
            line += "; no worker is running, or it has not looked yet"
        told.append(f"{line}.")
    return told


def _rest(connection: Connection, settings: Settings, now: datetime) -> Rest | None:
    from fakturo.cli.orders.provider_rest import resting

    return resting(connection, settings, now)
