"""Score customers from earlier days and hold it against who came back; recency alone is the baseline.

Recency, days since the last purchase, is what everybody looks at. As a probability it is calibrated by
isotonic regression on the days that challengers learn from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.champion import choose
from models.churn.ensemble import APART, DAYS, FEWEST_BEFORE, METHODS, WINDOWS, Fitted, fit, scored
from models.churn.features import came_not_back

ORIGINS = 4
FEWEST_SCORED = 100
ACTIVE_DAYS = 90
"""A customer is active who bought within so many days: there is somebody to keep."""
BINS = 10
DECILE = 10


@dataclass(frozen=True)
class Score:
    """Means over origins, of a method."""

    method: str
    origins: int
    scored: float
    """Customers an origin."""
    auc: float
    brier: float
    ece: float
    lift: float
    """Churn of the tenth of active customers most at risk, beside that of all active ones."""
    losses: np.ndarray
    """Squared error of each customer at each origin; the same order for every method."""


def rolling_origins(bought: pd.DataFrame, as_of: pd.Timestamp, count: int = ORIGINS) -> list[pd.Timestamp]:
    """Days whose 90 days are over and before which there are 180, oldest first, 30 days apart."""
    latest = as_of - pd.Timedelta(days=DAYS)
    earliest = bought.day.min() + FEWEST_BEFORE + pd.Timedelta(days=DAYS)
    return [latest - APART * step for step in reversed(range(count)) if latest - APART * step >= earliest]


def backtest(
    bought: pd.DataFrame, origins: Sequence[pd.Timestamp], *, active_only: bool = False
) -> dict[str, Score]:
    """Scores by method; `recency` is the baseline. Empty where nobody could be scored.

    Args:
        active_only: score those alone who bought within the last 90 days; all are fitted on.
    """
    rows: list[tuple[str, tuple[float, ...]]] = []
    losses: dict[str, list[np.ndarray]] = {name: [] for name in (*METHODS, "recency")}
    counts = []
    for moment in origins:
        found = scored(bought, moment)
        found = found[found.days_since <= ACTIVE_DAYS] if active_only else found
        came = came_not_back(bought, found, moment, DAYS)
        if len(found) < FEWEST_SCORED or len(set(came)) < 2:  # noqa: PLR2004  both happened
            continue
        counts.append(len(found))
        model, recency = fit(bought[bought.day <= moment], moment), calibrated_recency(bought, moment)
        active = (found.days_since <= ACTIVE_DAYS).to_numpy()
        since = found.days_since.to_numpy(dtype=float)
        said = {name: model.probability(found, name) for name in METHODS}
        rows += [(name, _scores(came, each, active)) for name, each in said.items()]
        rows.append(("recency", _scores(came, recency.predict(since), active, ranked=since)))
        for name, each in (said | {"recency": recency.predict(since)}).items():
            losses[name].append((each - came) ** 2)
    if not counts:
        return {}
    return {name: _mean(name, rows, counts, losses[name]) for name in losses}


def _mean(
    method: str, rows: Sequence[tuple[str, tuple[float, ...]]], counts: list[int], losses: list[np.ndarray]
) -> Score:
    auc, brier, ece, lift = np.mean([values for name, values in rows if name == method], axis=0).tolist()
    scored_mean = float(np.mean(counts))
    return Score(method, len(counts), scored_mean, auc, brier, ece, lift, np.concatenate(losses))


def calibrated_recency(bought: pd.DataFrame, moment: pd.Timestamp) -> Any:
    """Isotonic regression from days since the last purchase to the probability of none in 90 days."""
    from sklearn.isotonic import IsotonicRegression

    since: list[np.ndarray] = []
    came: list[np.ndarray] = []
    for step in range(WINDOWS):
        past = moment - pd.Timedelta(days=DAYS) - APART * step
        if past - bought.day.min() < FEWEST_BEFORE and since:
            break
        found = scored(bought, past)
        since.append(found.days_since.to_numpy(dtype=float))
        came.append(came_not_back(bought[bought.day <= moment], found, past, DAYS))
    return IsotonicRegression(out_of_bounds="clip", y_min=0.01, y_max=0.99).fit(
        np.concatenate(since), np.concatenate(came)
    )


def best(scores: dict[str, Score], model: Fitted, champion: str | None = None) -> tuple[str, str]:
    """(method to use, why): of the lowest Brier score, unless a champion stands that it does not surely beat.

    Args:
        champion: the method in use, if any.
    """
    can = [name for name in METHODS if name == "mbg" or model.challengers]
    tried = [name for name in (*can, "recency") if name in scores]
    if not tried:
        return "mbg", ""
    losses = {name: scores[name].losses for name in tried}
    return choose(losses, champion, {name: scores[name].ece for name in tried})


def _scores(
    came: np.ndarray, said: np.ndarray, active: np.ndarray, ranked: np.ndarray | None = None
) -> tuple[float, ...]:
    from sklearn.metrics import roc_auc_score

    ranks = said if ranked is None else ranked
    return (
        float(roc_auc_score(came, ranks)),
        float(np.mean((said - came) ** 2)),
        _ece(came, said),
        _lift(came[active], ranks[active]),
    )


def _ece(came: np.ndarray, said: np.ndarray) -> float:
    """Expected calibration error over bins of equal size."""
    parts = np.array_split(np.argsort(said, kind="stable"), BINS)
    errors = [len(part) * abs(came[part].mean() - said[part].mean()) for part in parts if len(part)]
    return float(sum(errors) / len(came))


def _lift(came: np.ndarray, ranks: np.ndarray) -> float:
    if len(came) < DECILE or came.mean() == 0:
        return float("nan")
    top = np.argsort(-ranks, kind="stable")[: len(came) // DECILE]
    return float(came[top].mean() / came.mean())
