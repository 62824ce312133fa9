"""The `anomalies` group of the settings: whether what is odd waits for a person before it is issued."""

from pydantic import BaseModel, ConfigDict


class Anomalies(BaseModel):
    """What `find_anomalies` does beside telling."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hold: bool = True
    """Hold an invoice in review before it gets its number where a rule is sure that it is odd: ten times the
    usual quantity or price, quantity and price swapped, the same order twice within a day."""
