"""Predict lateness and cash as it would have been done on earlier days, and hold it against what came.

Baselines: the customer's shrunk rate of late payment; everyone pays on the due date, and at once where it is
over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from models.champion import choose
from models.payments import cash, lateness, timing
from models.payments.features import habits, outcomes
from models.payments.training import Training, describe, training

EVERY = pd.Timedelta(days=28)
ORIGINS = 8
CASH_DAYS = 28
FEWEST_TESTED = 50
"""Invoices with a known outcome, below which a backtest says nothing."""
LEAK_AUC, LEAK_GAIN = 0.93, 0.03
"""Nobody knows so much of a payment before it is made, unless customers are so regular that rates do."""
BINS = 10


class LeakSuspected(ValueError):
    """The score is too good: a feature holds what is known only later."""


class Fitted(NamedTuple):
    """What predicts at a moment."""

    known: pd.DataFrame
    late: lateness.Lateness
    when: timing.Timing


@dataclass(frozen=True)
class Backtest:
    """Sums over all origins."""

    method: str
    why: str
    """Sentence on champion and challenger; empty where there was no other."""
    tested: int
    brier: float
    brier_rate: float
    auc: float
    auc_rate: float
    ece: float
    cash_error: float
    """Of 28 days: sum of absolute errors, as a share of what came."""
    cash_error_due: float
    """The same if everyone paid on the due date."""


def fitted(
    frame: pd.DataFrame, moment: pd.Timestamp, method: str, past: Training | None = None
) -> Fitted | None:
    """Fit on what was known at a moment; None where no outcome was.

    Args:
        past: None: of `training`, or where that has none, what is known by now, in sample.
    """
    known = outcomes(frame, moment)
    if known.empty:
        return None
    past = past or training(frame, describe(frame), moment)
    past = past or Training(habits(known, known), known.is_late.to_numpy(), known)
    late = lateness.fit(method, past)
    when = timing.fit(past.frame, late.probability(past.features), moment)
    return Fitted(known, late, when)


def backtest(
    frame: pd.DataFrame, as_of: pd.Timestamp, origins: int = ORIGINS, champion: str | None = None
) -> Backtest | None:
    """Try every method that the number of outcomes allows; the best, or a champion that it does not beat.

    Args:
        champion: the method in use, if any.

    Returns:
        None where too few outcomes are known.

    Raises:
        LeakSuspected: an area under the curve above .93, far above that of the customers' rates.
    """
    last = as_of - EVERY - pd.Timedelta(days=int((frame.due_date - frame.issue_date).dt.days.median()))
    moments = [last - EVERY * step for step in reversed(range(origins))]
    tried = lateness.methods(len(outcomes(frame, as_of)))
    tests = [(each, _test(frame, each, as_of)) for each in moments]
    described = describe(frame)
    pasts = {
        each: past
        for each, test in tests
        if len(test) and (past := training(frame, described, each)) is not None
    }
    if sum(len(test) for each, test in tests if each in pasts) < FEWEST_TESTED:
        return None
    came = np.concatenate([test.is_late for each, test in tests if each in pasts])
    rate = np.concatenate(
        [_probability(frame, each, "shrunk_rate", pasts, test) for each, test in tests if each in pasts]
    )
    said = {"shrunk_rate": rate}
    for method in tried[1:]:
        said[method] = np.concatenate(
            [_probability(frame, each, method, pasts, test) for each, test in tests if each in pasts]
        )
    losses = {name: (chance - came) ** 2 for name, chance in said.items()}
    best, why = choose(losses, champion, {name: _ece(came, chance) for name, chance in said.items()})
    chances = said[best]
    auc, auc_rate = _auc(came, chances), _auc(came, rate)
    if auc > LEAK_AUC and auc - auc_rate > LEAK_GAIN:
        raise LeakSuspected(
            f"Late payment is told with an AUC of {auc:.3f}, that of customers' rates is {auc_rate:.3f}: "
            "a feature must hold what is known only after the invoice was paid; leave it out."
        )
    own, due = _cash_errors(frame, list(pasts), best, pasts, as_of)
    return Backtest(
        best,
        why,
        len(came),
        _brier(came, chances),
        _brier(came, rate),
        auc,
        auc_rate,
        _ece(came, chances),
        own,
        due,
    )


def _test(frame: pd.DataFrame, moment: pd.Timestamp, as_of: pd.Timestamp) -> pd.DataFrame:
    """Invoices issued in the four weeks after a moment whose outcome is known by now."""
    known = outcomes(frame, as_of)
    return known[(known.issue_date > moment) & (known.issue_date <= moment + EVERY)]


def _probability(
    frame: pd.DataFrame,
    moment: pd.Timestamp,
    method: str,
    pasts: dict[pd.Timestamp, Training],
    test: pd.DataFrame,
) -> np.ndarray:
    late = lateness.fit(method, pasts[moment])
    return late.probability(habits(test, outcomes(frame, moment)))


def _cash_errors(
    frame: pd.DataFrame,
    moments: Sequence[pd.Timestamp],
    method: str,
    pasts: dict[pd.Timestamp, Training],
    as_of: pd.Timestamp,
) -> tuple[float, float]:
    own = due = came_in = 0.0
    for moment in moments:
        until = moment + pd.Timedelta(days=CASH_DAYS)
        is_open = (frame.issue_date <= moment) & ~(frame.settled_date <= moment)
        still = frame[is_open].assign(open_amount=lambda of: of.amount)
        model = fitted(frame, moment, method, pasts[moment])
        if still.empty or until > as_of or model is None:
            continue
        came = float(still.amount[still.settled_date <= until].sum())
        own += abs(cash.expected(still, chances(still, model, moment), moment, CASH_DAYS) - came)
        due += abs(float(still.amount[still.due_date <= until].sum()) - came)
        came_in += came
    return (own / came_in, due / came_in) if came_in else (float("nan"), float("nan"))


def chances(still: pd.DataFrame, model: Fitted, moment: pd.Timestamp) -> np.ndarray:
    """Chance of payment by day around the due date, of open invoices; see Timing.chances."""
    late = model.late.probability(habits(still, model.known))
    age = (moment - still.due_date).dt.days.to_numpy()
    return model.when.chances(still.customer_id, late, age)


def _brier(came: np.ndarray, said: np.ndarray) -> float:
    return float(np.mean((said - came) ** 2))


def _auc(came: np.ndarray, said: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(came, said)) if len(set(came)) == 2 else float("nan")  # noqa: PLR2004  both happened


def _ece(came: np.ndarray, said: np.ndarray) -> float:
    """Expected calibration error over bins of equal size."""
    order = np.argsort(said, kind="stable")
    parts = np.array_split(order, BINS)
    return float(
        sum(len(part) * abs(came[part].mean() - said[part].mean()) for part in parts if len(part)) / len(came)
    )
