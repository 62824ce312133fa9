"""A KPI as it was measured, beside its levels and what was said of it before: the reading, in words too."""

from calendar import monthrange
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from fakturo.alerting.kpis import KPIS, Kpi, Measured
from fakturo.alerting.severity import Severity, severity
from fakturo.setting_groups.alerts import Alerts, Levels

State = Severity | Literal["not_enough_data"]


@dataclass(frozen=True)
class Reading:
    """What is said of one KPI in one currency."""

    measured: Measured
    state: State
    level: float | None
    """The level that its severity is about; None where nothing is wrong."""
    levels: Levels
    sentence: str
    """For a person: value, levels, and why."""

    @property
    def kpi(self) -> Kpi:
        """What was read."""
        return KPIS[self.measured.kpi]

    @property
    def headline(self) -> str:
        """As in: Collection rate EUR is 72.4 %."""
        return f"{_name(self.kpi, self.measured)} is {in_words(self.measured.value, self.kpi)}"


def judge(measured: Measured, alerts: Alerts, before: Severity = "ok") -> Reading:
    """Say how a KPI stands.

    Args:
        before: what was said of it last, gaps without data left out.
    """
    kpi, levels = KPIS[measured.kpi], levels_of(alerts, measured.kpi)
    value = measured.value
    if value is None or not isfinite(value) or measured.n < levels.least:
        return Reading(measured, "not_enough_data", None, levels, _too_little(kpi, measured, levels))
    is_proved = measured.p is None or measured.p < alerts.significance
    state = severity(kpi, levels, value, before, is_proved=is_proved)
    level = {"ok": None, "warning": levels.warning, "critical": levels.critical}[state]
    judged = severity(kpi, levels, value, is_proved=is_proved)  # without what was before
    if state == "ok":
        is_chance = severity(kpi, levels, value) != judged
        why = "no alert; so much may be chance" if is_chance else "within its levels"
    elif level is not None and state != judged:  # better than its level, not yet by the margin
        back = level - levels.margin if kpi.worse == "higher" else level + levels.margin
        why = f"still {state} until it is back past {back:g} {kpi.unit}"
    else:
        was = f", {before} before" if before not in ("ok", state) else ""
        why = f"{state}{was}; {levels_in_words(kpi, levels)}"
    said = f"{_name(kpi, measured)}{_period(measured)} is {in_words(value, kpi)}"
    return Reading(measured, state, level, levels, f"{said}: {why} ({_counted(kpi, measured)}).")


def levels_of(alerts: Alerts, name: str) -> Levels:
    """The levels of a KPI."""
    found: Levels = getattr(alerts, name)
    return found


def in_words(value: float | None, kpi: Kpi) -> str:
    """As in: 72.4 %, 36.0 days, 12 orders."""
    if value is None:
        return "unknown"
    return f"{value:,.0f} orders" if kpi.unit == "orders" else f"{value:,.1f} {kpi.unit}"


def levels_in_words(kpi: Kpi, levels: Levels) -> str:
    """As in: warning below 85 %, critical below 75 %."""
    words = {"higher": ("above", "from"), "lower": ("below", "down to")}
    side = words[kpi.worse][kpi.is_reached_at]
    return f"warning {side} {levels.warning:g} {kpi.unit}, critical {side} {levels.critical:g} {kpi.unit}"


def _counted(kpi: Kpi, measured: Measured) -> str:
    counted = f"{measured.n:,} {kpi.counts}"
    return counted if measured.p is None else f"{counted}, p = {measured.p:.2g}"


def _too_little(kpi: Kpi, measured: Measured, levels: Levels) -> str:
    name = _name(kpi, measured)
    if measured.n < levels.least:
        return f"{name}: not enough data, {measured.n:,} {kpi.counts} of at least {levels.least:,}."
    return f"{name}{_period(measured)}: not enough data, {measured.missing}."


def _name(kpi: Kpi, measured: Measured) -> str:
    return f"{kpi.title} {measured.currency}" if measured.currency else kpi.title


def _period(measured: Measured) -> str:
    """The days, where they are more than one: a month by its name."""
    first, last = measured.first_date, measured.last_date
    if first is None or last is None or first == last:
        return ""
    is_month = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
    if is_month and (first.year, first.month) == (last.year, last.month):
        return f" of {first:%Y-%m}"
    return f" of the {(last - first).days + 1} days to {last}"
