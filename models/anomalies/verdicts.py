"""What clerks said about alerts: confirmed or dismissed, and what that changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fakturo.policy import KINDS, Kind

FEWEST_VERDICTS = 30
"""With fewer the model does not see them; a rule's trust falls from the first dismissal on."""
VERDICT_WEIGHT = 10.0
"""Of a judged document, beside 1 of any other: it is the only real label there is."""
TRUST_PRIOR = 5.0
"""Verdicts that a rule starts with, all confirmed."""


@dataclass(frozen=True)
class Verdict:
    """One alert, judged."""

    document_id: str
    confirmed: bool
    kind: Kind
    """What it was, or what it was said to be."""


@dataclass(frozen=True)
class Lesson:
    """What a fit takes from verdicts."""

    trust: Mapping[Kind, float]
    """Of each rule, above 0, at most 1: the share of its alerts that were right."""
    rows: np.ndarray
    """Places of judged documents in the features that they were found in; empty with too few."""
    kinds: pd.Series
    """One a row; None where dismissed."""
    weight: float = VERDICT_WEIGHT


def learn(verdicts: Sequence[Verdict], document_ids: pd.Series) -> Lesson:
    """Turn verdicts into labels of documents and the trust in each rule; the last on a document counts.

    Args:
        document_ids: of the features, in their order; a verdict on another document only moves the trust.
    """
    latest = {verdict.document_id: verdict for verdict in verdicts}
    trust: dict[Kind, float] = {}
    for kind in KINDS:
        judged = [verdict.confirmed for verdict in latest.values() if verdict.kind == kind]
        trust[kind] = (sum(judged) + TRUST_PRIOR) / (len(judged) + TRUST_PRIOR)
    rows = np.flatnonzero(document_ids.isin(latest.keys()).to_numpy())
    if len(rows) < FEWEST_VERDICTS:
        rows = rows[:0]
    said = [latest[each] for each in document_ids.iloc[rows]]
    kinds = pd.Series([each.kind if each.confirmed else None for each in said], dtype=object)
    return Lesson(trust, rows, kinds)
