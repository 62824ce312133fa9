"""Learn before a day, put other oddities in after it, and see which are found.

The two differ in seed and in manner, so that the score cannot know the injector by heart. What is odd in the
data by nature counts as false.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fakturo.policy import KINDS, Kind
from models.anomalies.features import Features, features
from models.anomalies.injecting import inject
from models.anomalies.learned import Learned
from models.anomalies.oddities import Manner
from models.anomalies.scoring import MOST_ALERTS, alerts, score
from models.anomalies.verdicts import learn

MEASURED_MANNER = Manner(
    times=(9.0, 12.0),
    repeats_after_h=(0.5, 150.0),
    parts_within_h=40.0,
    just_under=(0.92, 0.995),
    tax_off=(0.05, 0.5),
    hours=(0, 1, 2, 3, 4, 5, 22, 23),
    dear=(3.5, 15.0),
    line_dropped=0.25,
)
TOP = 50


@dataclass(frozen=True)
class Backtest:
    """Shares between 0 and 1."""

    odd: int
    """Documents that were made odd."""
    average_precision: float
    """Area under precision and recall, of the combined score."""
    average_precision_rules: float
    """Of the strongest rule alone."""
    precision_at_50: float
    recall_at_5_pct: float
    """Of the odd ones among the 5 % with the highest score."""
    first_reason_right: float
    """Of the odd ones that alert."""
    alerts: float
    """Share of all documents."""
    recalls: dict[Kind, float]
    """Of each kind, by an alert; NaN where none was made."""


def backtest(
    documents: pd.DataFrame,
    lines: pd.DataFrame,
    cut: pd.Timestamp,
    learned: Learned,
    seed: int,
    limits: tuple[float, ...] = (),
) -> tuple[Backtest, Features, np.ndarray]:
    """Measure a score that was learned before `cut` on documents from then on.

    Returns:
        The figures; the features of all documents; of each, 1 where it is odd, 0 where not, NaN before.
    """
    odd = inject(
        documents, lines, seed, eligible=documents["created_at"] >= cut, limits=limits, manner=MEASURED_MANNER
    )
    found = features(odd.documents, odd.lines, limits)
    after = (found.documents["created_at"] >= cut).to_numpy()
    kinds = odd.kinds.reindex(found.documents["document_id"]).to_numpy(dtype=object)
    truth = pd.notna(kinds)
    scored = score(found, learned, learn((), found.documents["document_id"]))
    alerted = alerts(scored, after)
    first = scored.kinds.idxmax(axis=1).to_numpy()
    here, ranks = truth[after], np.argsort(-scored.score[after], kind="stable")
    most = ranks[: int(MOST_ALERTS * after.sum())]
    told = alerted & truth
    figures = Backtest(
        int(here.sum()),
        average_precision(here, scored.score[after]),
        average_precision(here, found.rules.max(axis=1).to_numpy()[after]),
        float(here[ranks[:TOP]].mean()),
        float(here[most].sum() / max(here.sum(), 1)),
        float((first[told] == kinds[told]).mean()) if told.any() else float("nan"),
        float(alerted[after].mean()),
        {kind: _share(alerted[kinds == kind]) for kind in KINDS},
    )
    return figures, found, np.where(after, truth.astype(float), np.nan)


def average_precision(truth: np.ndarray, scores: np.ndarray) -> float:
    """Area under precision and recall; NaN where nothing is true."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(truth, scores)) if truth.any() else float("nan")


def _share(found: np.ndarray) -> float:
    return float(found.mean()) if len(found) else float("nan")
