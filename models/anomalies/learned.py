"""A score learned from oddities put into documents of the past, and which kind each is likeliest to be."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fakturo.policy import KINDS

FOLDS = 3
"""Of the calibration; the score is the mean of as many models."""
FEWEST_DOCUMENTS = 500
"""To put oddities into; with fewer only the rules speak."""
FEWEST_KNOWN = 100
"""Documents that a feature must be known of; one that is known of none cannot be cut into bins."""
LEARNT_SHARE = 0.06
"""Of documents, put in for a fit; more than there are, so that each kind is seen often."""
USUAL_SHARE = 0.026
"""What the score is calibrated to."""


@dataclass(frozen=True)
class Learned:
    """A fitted score."""

    score_model: object
    kind_model: object
    names: tuple[str, ...]

    def score(self, values: pd.DataFrame) -> np.ndarray:
        """Probability that a document is odd, shape (documents,), where `USUAL_SHARE` of them are."""
        return np.asarray(self.score_model.predict_proba(values[list(self.names)]))[:, 1]  # type: ignore[attr-defined]

    def kinds(self, values: pd.DataFrame) -> pd.DataFrame:
        """Probability of each kind, given that the document is odd; columns are `KINDS`."""
        found = self.kind_model.predict_proba(values[list(self.names)])  # type: ignore[attr-defined]
        classes = list(self.kind_model.classes_)  # type: ignore[attr-defined]
        frame = pd.DataFrame(found, columns=classes, index=values.index)
        return frame.reindex(columns=list(KINDS), fill_value=0.0)


def fit(values: pd.DataFrame, kinds: pd.Series, weights: np.ndarray, seed: int) -> Learned:
    """Fit on documents of which the odd ones are known.

    Args:
        values: `Features.columns`.
        kinds: one a row, None where nothing is odd.
        weights: shape (rows,), above 0.
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedKFold

    values = values.loc[:, values.notna().sum() >= FEWEST_KNOWN]
    odd = kinds.notna().to_numpy()
    balanced = weights * np.where(odd, USUAL_SHARE / odd.mean(), (1 - USUAL_SHARE) / (1 - odd.mean()))
    boosted = HistGradientBoostingClassifier(
        max_iter=150,
        learning_rate=0.06,
        max_leaf_nodes=15,
        min_samples_leaf=20,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    score_model = CalibratedClassifierCV(boosted, method="sigmoid", cv=folds)
    score_model.fit(values, odd, sample_weight=balanced)
    kind_model = HistGradientBoostingClassifier(
        max_iter=60,
        learning_rate=0.1,
        max_leaf_nodes=8,
        min_samples_leaf=10,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )
    kind_model.fit(values[odd], kinds[odd].astype(str), sample_weight=weights[odd])
    return Learned(score_model, kind_model, tuple(values.columns))
