"""Write down how KPIs were read, and tell what is news: each worsening once, and the all-clear.

One transaction writes the readings of a publish with their events and audit entries. What is news is decided
in it, beside the last readings, by one teller at a time: a run that comes twice, or beside another, writes
nothing. A run that was overtaken by one on a newer publish leaves what that one said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, get_args

from sqlalchemy import Connection, Engine, func, insert, select

from fakturo.alerting.judging import Reading, State, judge, levels_of
from fakturo.alerting.kpis import Measured
from fakturo.alerting.severity import Event, Severity, event_of
from fakturo.audit import canonical
from fakturo.ledger import audit_chain
from fakturo.ledger.alert_tables import kpi_readings
from fakturo.ledger.open import reading, writing
from fakturo.ledger.tables import outbox
from fakturo.setting_groups.alerts import Alerts

EVENTS: tuple[str, ...] = get_args(Event)
DIGITS = 4
"""Of a value as it is kept; it was measured to two."""


@dataclass(frozen=True)
class Origin:
    """From which publish KPIs were read, when and by whom."""

    publish_id: str
    read_at: datetime
    run_id: str | None = None


@dataclass(frozen=True)
class Watched:
    """A KPI as it stands."""

    reading: Reading
    since: datetime
    """When it was first read in this state, without a break."""
    event: Event | None = None
    """What was told now; where nothing was written, what would be."""

    @property
    def is_bad(self) -> bool:
        """Whether it is a warning or critical."""
        return self.reading.state in ("warning", "critical")


@dataclass(frozen=True)
class _Last:
    """What stands in the ledger of one KPI and currency."""

    state: State
    publish_id: str
    since: datetime
    severity: Severity
    """The last that was known: gaps without data change nothing."""


def tell(engine: Engine, measured: Sequence[Measured], alerts: Alerts, origin: Origin) -> list[Watched]:
    """Write the readings that are new, each with its event where it is news; gives all that are watched."""
    with writing(engine) as connection:
        audit_chain.hold(connection)
        return _watch(connection, measured, alerts, origin, is_written=True)


def look(engine: Engine, measured: Sequence[Measured], alerts: Alerts, origin: Origin) -> list[Watched]:
    """As `tell`, and write nothing."""
    with reading(engine) as connection:
        return _watch(connection, measured, alerts, origin, is_written=False)


def _watch(
    connection: Connection, measured: Sequence[Measured], alerts: Alerts, origin: Origin, *, is_written: bool
) -> list[Watched]:
    watched: list[Watched] = []
    entries: list[tuple[str, str, dict[str, Any]]] = []
    for each in measured:
        if not levels_of(alerts, each.kpi).watched:
            continue
        last = _last(connection, each)
        before: Severity = last.severity if last else "ok"
        found = judge(each, alerts, before)
        since = last.since if last and last.state == found.state else origin.read_at
        event = None if found.state == "not_enough_data" else event_of(before, found.state)
        if _is_old(connection, found, origin, last):
            event = None
        elif is_written:
            told = _told(found, before, origin)
            _write(connection, found, event, told, origin)
            if event is not None:
                entries.append((event, f"kpi:{subject(each)}", told | {"value": _kept(each.value)}))
        watched.append(Watched(found, since, event))
    audit_chain.append(connection, at=origin.read_at, actor="alerts", entries=entries)
    return watched


def subject(measured: Measured) -> str:
    """What an event is about, as in: collection_rate:EUR."""
    return f"{measured.kpi}:{measured.currency}" if measured.currency else measured.kpi


def _last(connection: Connection, measured: Measured) -> _Last | None:
    table = kpi_readings.c
    mine = (table.kpi == measured.kpi, table.currency == (measured.currency or ""))
    newest = select(table.state, table.publish_id).where(*mine).order_by(table.id.desc()).limit(1)
    row = connection.execute(newest).first()
    if row is None:
        return None
    other = select(func.max(table.id)).where(*mine, table.state != row.state).scalar_subquery()
    since = select(func.min(table.read_at)).where(*mine, table.id > func.coalesce(other, 0))
    known = select(table.state).where(*mine, table.state != "not_enough_data").order_by(table.id.desc())
    severity: Severity = connection.execute(known.limit(1)).scalar() or "ok"
    return _Last(row.state, row.publish_id, connection.execute(since).scalar_one(), severity)


def _is_old(connection: Connection, found: Reading, origin: Origin, last: _Last | None) -> bool:
    """Whether it was written before, or a newer publish was read meanwhile."""
    if last is None or last.publish_id < origin.publish_id:
        return False
    table = kpi_readings.c
    same = select(table.id).where(
        table.kpi == found.measured.kpi,
        table.currency == (found.measured.currency or ""),
        table.publish_id == origin.publish_id,
        table.state == found.state,
    )
    return last.publish_id > origin.publish_id or connection.execute(same).first() is not None


def _told(found: Reading, before: Severity, origin: Origin) -> dict[str, Any]:
    """What an event says, beside the value."""
    measured, levels = found.measured, found.levels
    return {
        "kpi": measured.kpi,
        "currency": measured.currency,
        "severity": found.state,
        "before": before,
        "n": measured.n,
        "warning": levels.warning,
        "critical": levels.critical,
        "publish_id": origin.publish_id,
    }


def _write(
    connection: Connection, found: Reading, event: Event | None, told: dict[str, Any], origin: Origin
) -> None:
    measured, outbox_id = found.measured, None
    if event is not None:
        days = [None if day is None else day.isoformat() for day in (measured.first_date, measured.last_date)]
        payload = told | {
            "title": found.kpi.title,
            "headline": found.headline,
            "sentence": found.sentence,
            "value": _kept(measured.value),
            "unit": found.kpi.unit,
            "worse": found.kpi.worse,
            "first_date": days[0],
            "last_date": days[1],
        }
        row = {"event": event, "subject": subject(measured), "payload": canonical(payload)}
        written = insert(outbox).values(row | {"created_at": origin.read_at}).returning(outbox.c.id)
        outbox_id = connection.execute(written).scalar_one()
    connection.execute(
        insert(kpi_readings).values(
            kpi=measured.kpi,
            currency=measured.currency or "",
            state=found.state,
            value=_kept(measured.value),
            n=measured.n,
            level=found.level,
            warning_level=found.levels.warning,
            critical_level=found.levels.critical,
            first_date=measured.first_date,
            last_date=measured.last_date,
            sentence=found.sentence,
            publish_id=origin.publish_id,
            read_at=origin.read_at,
            outbox_id=outbox_id,
            run_id=origin.run_id,
        )
    )


def _kept(value: float | None) -> float | None:
    return None if value is None or not isfinite(value) else round(value, DIGITS)
