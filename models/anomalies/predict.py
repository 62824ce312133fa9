"""Alerts about the newest documents as of a day: score, severity and reasons, the most urgent first."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from fakturo.policy import KIND_WORDS, KINDS, Kind, Severity, Suspicion
from fakturo.prediction import ModelRun, Prediction, Subject
from models.anomalies.backtest import backtest
from models.anomalies.features import Features, features
from models.anomalies.learned import FEWEST_DOCUMENTS, Learned
from models.anomalies.records import suspicions_of
from models.anomalies.scoring import Scored, alerts, learn_score, score
from models.anomalies.verdicts import Verdict, learn

VERSION = "rules+hgb.1"
RECENT_DAYS = 28
"""Documents of so many days are looked at; what is older is what is learned from."""
SEED = 20
HIGH_FROM = 0.8
MEDIUM_FROM = 0.5
"""Learned scores, where no rule holds."""


def find_anomalies(
    documents: pd.DataFrame,
    lines: pd.DataFrame,
    as_of: date,
    *,
    verdicts: Sequence[Verdict] = (),
    limits: tuple[float, ...] = (),
    subject: Subject = "invoice",
) -> ModelRun:
    """Look at the documents of the last four weeks; only those that alert are in the run.

    Args:
        documents: as `frames.read_frames` gives them; what is after `as_of` is not looked at.
        lines: of the same.
        limits: amounts from which a document needs approval, major units.
        subject: invoice, order or payment.
    """
    end = _midnight(as_of + timedelta(days=1), documents)
    known = documents[documents["created_at"] < end]
    if known.empty:
        return ModelRun(
            "anomalies", VERSION, as_of, "not_enough_data", f"There is no document up to {as_of}."
        )
    start = end - pd.Timedelta(days=RECENT_DAYS)
    found = features(known, lines, limits)
    past = known[known["created_at"] < start]
    past_lines = lines[lines["document_id"].isin(set(past["document_id"]))]
    lesson = learn(verdicts, found.documents["document_id"])
    learned = learn_score(past, past_lines, limits, SEED, (found, lesson))
    scored = score(found, learned, lesson)
    recent = (found.documents["created_at"] >= start).to_numpy()
    rows = np.flatnonzero(alerts(scored, recent))
    rows = rows[np.argsort(-scored.score[rows], kind="stable")]
    predictions = tuple(
        Prediction(
            measure="anomaly",
            subject_kind=subject,
            subject_id=str(found.documents["document_id"].iloc[row]),
            middle=float(scored.score[row]),
            rank=rank,
            reasons=reasons(found, scored, int(row), limits),
        )
        for rank, row in enumerate(rows, start=1)
    )
    return ModelRun(
        "anomalies",
        VERSION,
        as_of,
        "ok",
        _message(len(predictions), int(recent.sum()), len(past), learned),
        "low" if learned is None else "usual",
        "the policy rules alone",
        {} if learned is None else _figures(known, lines, start, learned, limits),
        known["created_at"].min().date(),
        len(past) if learned is not None else 0,
        _sha256(found.columns),
        predictions,
    )


def reasons(found: Features, scored: Scored, row: int, limits: tuple[float, ...]) -> tuple[str, ...]:
    """Why a document alerts, the likeliest kind first: `high, duplicate: 3 of 3 lines are those of ...`."""
    held = {each.code: each for each in suspicions_of(found, row, limits)}
    likely: Kind = scored.kinds.iloc[row].idxmax()
    if likely not in held:
        held[likely] = Suspicion(
            likely, _severity(scored.learned[row]), _likeness(found, scored, row, likely)
        )
    shares = scored.kinds.iloc[row]
    ordered = sorted(held.values(), key=lambda each: -shares[each.code])
    return tuple(f"{each.severity}, {KIND_WORDS[each.code]}: {each.sentence}" for each in ordered)


def _likeness(found: Features, scored: Scored, row: int, kind: Kind) -> str:
    strength = float(found.rules[kind].iloc[row])
    near = f"; its rule asks for {1 / strength:.1f} times as much" if strength >= 0.5 else ""  # noqa: PLR2004  half way
    share = float(scored.kinds[kind].iloc[row])
    return f"It looks like one to the learned score ({share:.0%} of what it could be){near}."


def _severity(learned: float) -> Severity:
    return "high" if learned >= HIGH_FROM else "medium" if learned >= MEDIUM_FROM else "low"


def _message(alerted: int, recent: int, past: int, learned: Learned | None) -> str:
    told = f"{alerted} of {recent} documents of the last {RECENT_DAYS} days alert"
    if learned is not None:
        return f"{told}; the score was learned from {past:,} earlier ones."
    return (
        f"{told}, by the policy rules alone: a learned score needs {FEWEST_DOCUMENTS} earlier documents, "
        f"there are {past}."
    )


def _figures(
    known: pd.DataFrame, lines: pd.DataFrame, start: pd.Timestamp, learned: Learned, limits: tuple[float, ...]
) -> dict[str, float]:
    """What the score is worth on oddities put into the days it has not seen."""
    measured, _, _ = backtest(known, lines, start, learned, SEED + 1, limits)
    if not measured.odd:
        return {}
    return {
        "average_precision": measured.average_precision,
        "average_precision_rules": measured.average_precision_rules,
        "recall_at_5_pct": measured.recall_at_5_pct,
        "first_reason_right": measured.first_reason_right,
        "alerts_share": measured.alerts,
    }


def _midnight(day: date, documents: pd.DataFrame) -> pd.Timestamp:
    zone = getattr(documents["created_at"].dtype, "tz", None)
    return pd.Timestamp(day, tz=zone)


def _sha256(columns: pd.DataFrame) -> str:
    told = ",".join(f"{name}:{kind}" for name, kind in columns.dtypes.items())
    return hashlib.sha256(f"{told};{','.join(KINDS)}".encode()).hexdigest()
