"""The `alerts` group of the settings: from where on a KPI is a warning or critical, and on how much data."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Number = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]


class Levels(BaseModel):
    """What is said of one KPI. What is left out of a setting stays as it is by default."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    watched: bool = True
    """Off: the KPI is neither read nor told."""
    warning: Number
    """In the unit of the KPI; beyond it is a warning."""
    critical: Number
    """Beyond it is critical."""
    margin: Annotated[Number, Field(ge=0)]
    """A severity ends only where the KPI has come back past its level by so much: no flapping."""
    least: Annotated[int, Field(ge=1)]
    """Fewest of what the KPI counts; below it is "not enough data", never an alert."""


def _rises(levels: Levels) -> Levels:
    if levels.critical <= levels.warning:
        raise ValueError("critical above warning: this KPI is worse the higher it is")
    return _margin_fits(levels)


def _falls(levels: Levels) -> Levels:
    if levels.critical >= levels.warning:
        raise ValueError("critical below warning: this KPI is worse the lower it is")
    return _margin_fits(levels)


def _margin_fits(levels: Levels) -> Levels:
    if levels.margin > abs(levels.critical - levels.warning):
        raise ValueError("a margin no wider than from warning to critical")
    return levels


Rising = Annotated[Levels, AfterValidator(_rises)]
"""Of a KPI that is worse the higher it is."""
Falling = Annotated[Levels, AfterValidator(_falls)]
"""Of a KPI that is worse the lower it is."""


class Alerts(BaseModel):
    """From where on a KPI is told. Percent, days, hours or orders, as `docs/alerts.md` says for each."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    significance: Annotated[float, Field(gt=0, lt=1)] = 0.05
    """A drop of the invoice volume that chance brings more often than so is not told."""
    collection_rate: Falling = Levels(warning=85, critical=75, margin=2, least=20)
    """Percent. With terms of 30 days and nobody late it is near 50: then set the levels to yours."""
    average_payment_days: Rising = Levels(warning=35, critical=45, margin=2, least=10)
    """Days."""
    invoice_volume_change: Falling = Levels(warning=-20, critical=-40, margin=5, least=20)
    """Percent per open day, month to month; the level itself is already a warning."""
    dso: Rising = Levels(warning=45, critical=60, margin=3, least=20)
    """Days."""
    cei: Falling = Levels(warning=80, critical=70, margin=2, least=20)
    """Percent."""
    ai_success_rate: Falling = Levels(warning=90, critical=75, margin=3, least=20)
    """Percent. Retries mend single failures; a quarter lost is a provider that is down."""
    review_backlog: Rising = Levels(warning=50, critical=200, margin=10, least=1)
    """Orders that wait for a person."""
    review_age: Rising = Levels(warning=2, critical=5, margin=0.5, least=1)
    """Days that the oldest of them has waited; 2 is a weekend."""
    publish_age: Rising = Levels(warning=3, critical=12, margin=1, least=1)
    """Hours since the warehouse was made; it is made every hour, so 3 is two that did not come."""

    @model_validator(mode="before")
    @classmethod
    def _rest_as_by_default(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        filled = dict(given)
        for name, field in cls.model_fields.items():
            if isinstance(field.default, Levels) and isinstance(given.get(name), dict):
                filled[name] = field.default.model_dump() | given[name]
        return filled
