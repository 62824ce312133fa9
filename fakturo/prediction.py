"""What a prediction is: numbers with bands and reasons on a subject, made as of a day by a run of a model.

Predictions are estimates: floats in major units, probabilities, days. They are never booked and never summed
over currencies.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Model = Literal["revenue", "churn", "payments", "anomalies"]
State = Literal["ok", "not_enough_data"]
Confidence = Literal["usual", "low"]
Measure = Literal[
    "revenue",  # of a day or a segment's day, major units without tax
    "churn_90_days",  # probability that no invoice follows within 90 days
    "late",  # probability that an open invoice is paid after its due date
    "payment_days",  # days from the issue date to the payment of an open invoice
    "cash",  # money that comes in within a week, major units
    "expected_loss",  # of an open invoice, major units: what the worklist is sorted by
    "anomaly",  # score between 0 and 1
]
Subject = Literal["total", "segment", "customer", "invoice", "order", "payment"]


@dataclass(frozen=True)
class Prediction:
    """One number about one subject."""

    measure: Measure
    subject_kind: Subject
    subject_id: str
    """As in the marts, as text; 'all' for the total, `country:DE` for a segment."""
    middle: float
    currency: str | None = None
    """ISO 4217 where the number is money."""
    target_date: date | None = None
    """The day, or the first day of the week, that it is about."""
    low_80: float | None = None
    high_80: float | None = None
    low_95: float | None = None
    high_95: float | None = None
    rank: int | None = None
    """Place in a list that is worked from the top; 1 is first."""
    reasons: tuple[str, ...] = ()
    """In words a clerk reads, the strongest first."""


@dataclass(frozen=True)
class ModelRun:
    """One fit of a model on what was known on a day, with what it was worth in its backtest."""

    model: Model
    version: str
    """Of the method: changes with every change of what it does, e.g. 'mbg+logistic.1'."""
    as_of: date
    """The last day that is known."""
    state: State
    message: str
    """One sentence: what was predicted, or what is missing for it."""
    confidence: Confidence = "usual"
    baseline: str = ""
    """What it is held against, in words."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Of the backtest in this run: name (snake_case, with its unit) -> value."""
    window_first: date | None = None
    """First day of the data that it was fitted on."""
    trained_rows: int = 0
    features_sha256: str = ""
    """Of names and types of the features."""
    predictions: tuple[Prediction, ...] = ()
    method: str = ""
    """Which of the version's methods was used; the next run replaces it only by one that is surely better."""
    estimators: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was fitted, by name, for the folder of models; the ledger keeps its hash."""
