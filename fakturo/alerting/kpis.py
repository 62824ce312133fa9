"""The KPIs that are watched: which way is worse, in which unit, and what is counted below them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Unit = Literal["%", "days", "hours", "orders"]


@dataclass(frozen=True)
class Kpi:
    """One figure that is watched."""

    name: str
    """As in the settings, the ledger and the events."""
    title: str
    unit: Unit
    worse: Literal["higher", "lower"]
    counts: str
    """What `n` counts; never what the KPI itself measures, so that a worse value has no less data."""
    is_reached_at: bool = False
    """Whether the level itself already counts; else only what is beyond."""


@dataclass(frozen=True)
class Measured:
    """A KPI as one publish has it."""

    kpi: str
    currency: str | None
    """ISO 4217 where the KPI is of money; None: of the whole house."""
    value: float | None
    """None: there is none to be had."""
    n: int
    first_date: date | None = None
    last_date: date | None = None
    """The days that the value is about."""
    p: float | None = None
    """Probability that chance alone brings a value so bad; None: the value is no matter of chance."""
    missing: str = "it has no value"
    """Why there is no value, where there is none."""


KPIS: Mapping[str, Kpi] = {
    each.name: each
    for each in (
        Kpi("collection_rate", "Collection rate", "%", "lower", "invoices to be paid"),
        Kpi("average_payment_days", "Average payment time", "days", "higher", "invoices paid"),
        Kpi(
            *("invoice_volume_change", "Change of invoices per open day", "%", "lower"),
            counts="invoices in the month before",
            is_reached_at=True,
        ),
        Kpi("dso", "Days sales outstanding", "days", "higher", "invoices in 90 days"),
        Kpi("cei", "Collection effectiveness index", "%", "lower", "invoices to be paid"),
        Kpi("ai_success_rate", "Success rate of the AI provider", "%", "lower", "requests in 24 hours"),
        Kpi("review_backlog", "Review backlog", "orders", "higher", "orders received"),
        Kpi("review_age", "Age of the oldest order in review", "days", "higher", "orders received"),
        Kpi("publish_age", "Age of the published warehouse", "hours", "higher", "publishes"),
    )
}
"""By name, in the order in which they are shown."""
