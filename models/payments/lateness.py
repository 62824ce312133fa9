"""How likely an invoice is paid late: the customer's own rate, shrunk; with enough outcomes more."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from models.payments.features import HABITS
from models.payments.training import Training

FOR_LOGISTIC, FOR_ENSEMBLE = 200, 800
"""Known outcomes from which a method is tried."""
REGULARISATION = 0.3
SEED = 7


@dataclass(frozen=True)
class Lateness:
    """Fitted members; their mean is the probability."""

    method: str
    """shrunk_rate, logistic or ensemble."""
    members: dict[str, Any] = field(default_factory=dict)
    """Name -> scikit-learn estimator."""

    def probability(self, features: pd.DataFrame) -> np.ndarray:
        """Of being paid after the due date, shape (invoices,)."""
        if not self.members:
            return np.asarray(features.late_rate)
        columns = features[list(HABITS)]
        found = [each.predict_proba(columns)[:, 1] for each in self.members.values()]
        return np.asarray(np.mean(found, axis=0))


def methods(outcomes_known: int) -> list[str]:
    """Those that may be tried with so many known outcomes."""
    tried = ["shrunk_rate"]
    tried += ["logistic"] if outcomes_known >= FOR_LOGISTIC else []
    return tried + (["ensemble"] if outcomes_known >= FOR_ENSEMBLE else [])


def fit(method: str, past: Training) -> Lateness:
    """Fit a method; one class alone gives the shrunk rate."""
    makers = {"shrunk_rate": (), "logistic": (_logistic,), "ensemble": (_logistic, _boosting)}[method]
    if len(set(past.is_late)) < 2:  # noqa: PLR2004  late and not
        return Lateness("shrunk_rate")
    columns = past.features[list(HABITS)]
    return Lateness(method, {_name(make): make().fit(columns, past.is_late) for make in makers})


def _name(make: Callable[[], Any]) -> str:
    return make.__name__.removeprefix("_")


def _logistic() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=REGULARISATION))


def _boosting() -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=80, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=30, l2_regularization=5.0,
        random_state=SEED,
    )  # fmt: skip
