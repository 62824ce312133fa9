"""How bad a value is: warning and critical beyond their levels, left only past a margin.

A severity begins at its level and ends where the value has come back past that level by the margin: a KPI
that stands at its level does not flap. A worse value is never judged milder, whatever was before.
"""

from typing import Literal

from fakturo.alerting.kpis import Kpi
from fakturo.setting_groups.alerts import Levels

Severity = Literal["ok", "warning", "critical"]
SEVERITIES: tuple[Severity, ...] = ("ok", "warning", "critical")
"""From good to bad."""
Event = Literal["kpi.warning", "kpi.critical", "kpi.cleared"]


def severity(
    kpi: Kpi, levels: Levels, value: float, before: Severity = "ok", *, is_proved: bool = True
) -> Severity:
    """How bad `value` is after `before`.

    Args:
        value: in the unit of the KPI.
        is_proved: False where it may be chance: then nothing begins, but what stands is still held.
    """
    begun = _beyond(kpi, levels, value, 0.0) if is_proved else 0
    held = _beyond(kpi, levels, value, levels.margin)
    return SEVERITIES[max(begun, min(SEVERITIES.index(before), held))]


def event_of(before: Severity, now: Severity) -> Event | None:
    """What is told of a change: each worsening, and the all-clear; easing from critical to warning is not."""
    if now == "ok":
        return None if before == "ok" else "kpi.cleared"
    if SEVERITIES.index(now) <= SEVERITIES.index(before):
        return None
    return "kpi.critical" if now == "critical" else "kpi.warning"


def _beyond(kpi: Kpi, levels: Levels, value: float, margin: float) -> int:
    """How many levels, each eased by `margin`, the value has passed: 0, 1 or 2."""
    sign = 1 if kpi.worse == "higher" else -1
    passed = 0
    for level in (levels.warning, levels.critical):
        limit, bad = sign * level - margin, sign * value
        passed += bad >= limit if kpi.is_reached_at else bad > limit
    return passed
