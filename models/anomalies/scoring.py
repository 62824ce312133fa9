"""The score of each document: learned, or a policy rule on its own; whichever speaks louder."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fakturo.policy import KINDS
from models.anomalies.features import Features, features
from models.anomalies.injecting import inject
from models.anomalies.learned import FEWEST_DOCUMENTS, LEARNT_SHARE, Learned, fit
from models.anomalies.verdicts import Lesson

ALERTS_AT = 0.2
"""Learned score from which a document alerts."""
MOST_ALERTS = 0.05
"""Of documents, by the learned score."""
POLICY_SCORE = 0.1
"""What a rule that holds is worth at least, times the trust in it: enough to stand above what is usual."""
COLD_SCORE = 0.5
"""The same where there is no learned score."""
OTHER_KIND = 0.1
"""Weight of a kind whose rule does not hold, where another's does."""
WARM_SHARE = 0.15
"""Of documents, the earliest: they have too little past to learn from."""


@dataclass(frozen=True)
class Scored:
    """All of shape (documents,), rows as those of the features."""

    score: np.ndarray
    """0..1; calibrated where a score was learned."""
    learned: np.ndarray
    """Without the rules; NaN where nothing was learned."""
    by_policy: np.ndarray
    """bool, shape (documents, kinds)."""
    kinds: pd.DataFrame
    """How likely each kind is, if the document is odd; columns `KINDS`."""


def learn_score(
    documents: pd.DataFrame,
    lines: pd.DataFrame,
    limits: tuple[float, ...],
    seed: int,
    judged: tuple[Features, Lesson] | None = None,
) -> Learned | None:
    """Put oddities into documents and learn to tell them; None with fewer than `FEWEST_DOCUMENTS`.

    Args:
        documents: of the past, the newest that may be learned from last.
        judged: documents with verdicts, and these.
    """
    if len(documents) < FEWEST_DOCUMENTS:
        return None
    documents = documents.sort_values(["created_at", "document_id"], ignore_index=True)
    warm = documents["created_at"] >= documents["created_at"].iloc[int(len(documents) * WARM_SHARE)]
    odd = inject(documents, lines, seed, LEARNT_SHARE, eligible=warm, limits=limits)
    found = features(odd.documents, odd.lines, limits)
    kinds = odd.kinds.reindex(found.documents["document_id"]).reset_index(drop=True)
    used = (found.documents["created_at"] >= documents["created_at"][warm].iloc[0]).to_numpy()
    weights = np.ones(len(kinds))
    values = found.columns
    if judged is not None and len(judged[1].rows):
        seen, lesson = judged
        ids = seen.documents["document_id"].iloc[lesson.rows]
        used &= ~found.documents["document_id"].isin(ids).to_numpy()
        values = pd.concat([values[used], seen.columns.iloc[lesson.rows]], ignore_index=True)
        kinds = pd.concat([kinds[used], lesson.kinds], ignore_index=True)
        weights = np.r_[weights[used], np.full(len(lesson.rows), lesson.weight)]
        return fit(values, kinds, weights, seed)
    return fit(values[used], kinds[used], weights[used], seed)


def score(found: Features, learned: Learned | None, lesson: Lesson) -> Scored:
    """Score every document of the features."""
    strengths = found.rules.to_numpy()
    fired = strengths >= 1
    trust = np.array([lesson.trust[kind] for kind in KINDS])
    by_rule = np.where(fired, trust, 0.0).max(axis=1)
    weight = np.where(fired | ~fired.any(axis=1, keepdims=True), 1.0, OTHER_KIND)
    if learned is None:
        likely = np.minimum(strengths, 1.0) * weight * trust + 1e-9
        unknown = np.full(len(fired), np.nan)
        return Scored(COLD_SCORE * by_rule, unknown, fired, _shares(likely, found.rules.index))
    probability = learned.score(found.columns)
    likely = learned.kinds(found.columns).to_numpy() * weight
    combined = 1 - (1 - probability) * (1 - POLICY_SCORE * by_rule)
    return Scored(combined, probability, fired, _shares(likely, found.rules.index))


def alerts(scored: Scored, among: np.ndarray) -> np.ndarray:
    """Which documents alert: by a rule, or by the learned score, these at most `MOST_ALERTS` of all.

    Args:
        among: bool, shape (documents,): those that are asked about.
    """
    learned = np.where(among, np.nan_to_num(scored.learned), 0.0)
    most = int(MOST_ALERTS * among.sum())
    lowest = np.sort(learned)[-most] if most else np.inf
    by_score = (learned >= max(lowest, ALERTS_AT)) & (learned > 0)
    return among & (by_score | scored.by_policy.any(axis=1))


def _shares(likely: np.ndarray, index: pd.Index) -> pd.DataFrame:
    return pd.DataFrame(likely / likely.sum(axis=1, keepdims=True), index=index, columns=list(KINDS))
