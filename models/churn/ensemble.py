"""MBG/NBD with its challengers, fitted as of a day, and the shift of a season.

Challengers learn from earlier days whose 90 days are over. Their probabilities are then moved together by
what the same weeks of last year were off by: after Christmas fewer come back than before it.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from models.churn import mbg
from models.churn.features import came_not_back, customers, design

DAYS = 90
FEWEST_REPEATS = 1
"""Who bought once is not scored: nothing tells a customer from a visitor."""
FOR_CHALLENGERS = 1_000
"""Scored customers in past windows, from which challengers are fitted."""
WINDOWS, APART = 4, pd.Timedelta(days=30)
"""Earlier days that they learn from, the last 90 days ago."""
YEAR = pd.Timedelta(days=364)
FEWEST_BEFORE = pd.Timedelta(days=90)
"""History that any fit needs; a shift of season so much before the day a year ago: 15 months in all."""
TRUSTED_AFTER = pd.Timedelta(days=270)
"""From so much history before the day a year ago the shift counts whole, between the two in part: what was
three months old then was off by its youth, not by the season."""
FEWEST_SHIFTED = 200
LARGEST_SHIFT = 1.0
"""Of the log-odds."""
SEED = 7
METHODS = ("mbg", "mean")


@dataclass(frozen=True)
class Fitted:
    """What predicts as of a day."""

    parameters: mbg.Parameters
    challengers: dict[str, Any] = field(default_factory=dict)
    """Name -> scikit-learn estimator; none where there are too few customers."""
    shift: float = 0.0
    """Of the log-odds, of the season."""

    def probability(self, found: pd.DataFrame, method: str) -> np.ndarray:
        """That no purchase follows within 90 days, shape (customers,)."""
        own = mbg.none_within(self.parameters, found, DAYS)
        members = [own]
        if method == "mean":
            columns = design(found, log_odds(own))
            members += [each.predict_proba(columns)[:, 1] for each in self.challengers.values()]
        return expit(log_odds(np.mean(members, axis=0)) + self.shift)


def scored(bought: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """Customers that are scored on a day."""
    found = customers(bought, moment)
    return found[found.repeats >= FEWEST_REPEATS]


def fit(bought: pd.DataFrame, moment: pd.Timestamp, *, with_season: bool = True) -> Fitted:
    """Fit on what was bought up to a moment."""
    first = bought.day.min()
    past = [
        moment - pd.Timedelta(days=DAYS) - APART * step
        for step in range(WINDOWS)
        if moment - pd.Timedelta(days=DAYS) - APART * step - first >= FEWEST_BEFORE
    ]
    parameters = mbg.fit(customers(bought, moment))
    fitted = Fitted(parameters, _challengers(bought[bought.day <= moment], past))
    shift = season(bought[bought.day <= moment], moment) if with_season else 0.0
    return Fitted(parameters, fitted.challengers, shift)


def season(bought: pd.DataFrame, moment: pd.Timestamp) -> float:
    """What the log-odds of the same day last year were off by on the whole; 0 where no year is known."""
    then = moment - YEAR
    if then - bought.day.min() < FEWEST_BEFORE:
        return 0.0
    found = scored(bought, then)
    if len(found) < FEWEST_SHIFTED:
        return 0.0
    model = fit(bought[bought.day <= then], then, with_season=False)
    said = model.probability(found, "mean" if model.challengers else "mbg").mean()
    came = came_not_back(bought, found, then, DAYS).mean()
    trust = (then - bought.day.min() - FEWEST_BEFORE) / (TRUSTED_AFTER - FEWEST_BEFORE)
    return float(min(trust, 1) * np.clip(log_odds(came) - log_odds(said), -LARGEST_SHIFT, LARGEST_SHIFT))


def _challengers(bought: pd.DataFrame, past: list[pd.Timestamp]) -> dict[str, Any]:
    if not past:
        return {}
    parts, came = [], []
    parameters = mbg.fit(customers(bought, past[0]))
    for moment in past:
        found = scored(bought, moment)
        parts.append(design(found, log_odds(mbg.none_within(parameters, found, DAYS))))
        came.append(came_not_back(bought, found, moment, DAYS))
    columns, outcome = pd.concat(parts), np.concatenate(came)
    if len(columns) < FOR_CHALLENGERS or len(set(outcome)) < 2:  # noqa: PLR2004  both happened
        return {}
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    boosting = HistGradientBoostingClassifier(
        max_iter=80, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=50, l2_regularization=10.0,
        random_state=SEED,
    )  # fmt: skip
    logistic = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    made = {"logistic": logistic, "boosting": boosting}
    return {name: each.fit(columns, outcome) for name, each in made.items()}


def log_odds(probability: np.ndarray | float) -> Any:
    """Of a probability, kept finite."""
    kept = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.log(kept / (1 - kept))


def expit(odds: np.ndarray) -> np.ndarray:
    """Back from the log-odds."""
    return np.asarray(1 / (1 + np.exp(-odds)))
