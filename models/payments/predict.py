"""Predict payments as of a day: who pays late and when, the cash of 13 weeks, the worklist."""

from datetime import date

import numpy as np
import pandas as pd

from fakturo.prediction import ModelRun, Prediction
from models.feature_hash import feature_hash
from models.payments import cash, lateness
from models.payments.backtest import Backtest, Fitted, backtest, chances, fitted
from models.payments.features import HABITS, habits, outcomes, refuse_what_is_known_later
from models.payments.timing import DAYS, LATEST
from models.payments.worklist import Case, worklist

VERSION = "shrunk-logistic-boosting.1"
BASELINE = "each customer's own rate of late payment, shrunk; money on the due date"
UNTESTED_ERROR = 0.3
"""Of the cash of four weeks, as a share, where no backtest tells it."""
QUANTILES = (0.025, 0.1, 0.5, 0.9, 0.975)


def predict_payments(invoices: pd.DataFrame, as_of: date, champion: str | None = None) -> ModelRun:
    """Predict every open invoice.

    Args:
        invoices: as `features.invoices` gives them; `disputed_since` may be there and takes an invoice out
            of the worklist from that day on.
        as_of: the last day that is known.
        champion: the method in use, if any.

    Raises:
        ValueError: a column holds what is known only later.
        LeakSuspected: see `backtest`.
    """
    refuse_what_is_known_later(invoices)
    now = pd.Timestamp(as_of)
    frame = _as_of(invoices, now)
    known = outcomes(frame, now)
    model = fitted(frame, now, "shrunk_rate") if len(known) else None
    still = frame[frame.settled_date.isna() & (frame.open_amount > 0)]
    if model is None or still.empty:
        return _nothing(as_of, frame, len(known), len(still))
    tested = backtest(frame, now, champion=champion) if len(known) >= lateness.FOR_LOGISTIC else None
    if tested is not None and tested.method != "shrunk_rate":
        model = fitted(frame, now, tested.method) or model
    error = (
        tested.cash_error if tested is not None and tested.cash_error == tested.cash_error else UNTESTED_ERROR
    )
    return ModelRun(
        model="payments",
        version=VERSION,
        as_of=as_of,
        state="ok",
        message=_message(still, known, model, tested),
        confidence="usual" if tested is not None else "low",
        baseline=BASELINE,
        scores=_scores(tested),
        window_first=frame.issue_date.min().date(),
        trained_rows=len(known),
        features_sha256=feature_hash(habits(still.head(1), known)[list(HABITS)]),
        predictions=tuple(_predictions(still, model, now, error)),
        method=model.late.method,
        estimators=model.late.members,
    )


def _as_of(invoices: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    """Without what came after."""
    frame = invoices[invoices.issue_date <= now].reset_index(drop=True)
    frame["settled_date"] = pd.to_datetime(frame.settled_date).where(lambda day: day <= now)
    if "open_amount" not in frame:
        frame["open_amount"] = frame.amount.where(frame.settled_date.isna(), 0.0)
    return frame


def _predictions(still: pd.DataFrame, model: Fitted, now: pd.Timestamp, error: float) -> list[Prediction]:
    found = chances(still, model, now)
    features = habits(still, model.known)
    late = found[:, DAYS > 0].sum(axis=1) + (1 - found.sum(axis=1))
    terms = (still.due_date - still.issue_date).dt.days.to_numpy()
    days = _quantiles(found)
    predictions = []
    for place, row in enumerate(still.itertuples()):
        low_95, low_80, middle, high_80, high_95 = (float(days[at, place] + terms[place]) for at in range(5))
        bands = (low_80, high_80, low_95, high_95)
        predictions += [
            Prediction("late", "invoice", row.invoice_id, float(min(max(late[place], 0.0), 1.0))),
            Prediction("payment_days", "invoice", row.invoice_id, middle, None, None, *bands),
        ]
    for currency, part in still.groupby("currency"):
        rows = still.index.get_indexer(part.index)
        predictions += [_of_week(str(currency), week) for week in cash.weeks(part, found[rows], now, error)]
    calm = _undisputed(still, now)
    return predictions + [_of_case(each) for each in worklist(still[calm], found[calm], features[calm], now)]


def _undisputed(still: pd.DataFrame, now: pd.Timestamp) -> "pd.Series[bool]":
    if "disputed_since" not in still:
        return pd.Series(data=True, index=still.index)
    return ~(pd.to_datetime(still.disputed_since) <= now)


def _quantiles(found: np.ndarray) -> np.ndarray:
    """Days from the due date by which a share of the chances is reached, shape (quantiles, invoices)."""
    reached = np.cumsum(found, axis=1)
    places = [
        np.where(reached[:, -1] >= level, (reached >= level - 1e-12).argmax(axis=1), len(DAYS) - 1)
        for level in QUANTILES
    ]
    return np.asarray(np.minimum(DAYS[np.array(places)], LATEST))


def _of_week(currency: str, week: cash.Week) -> Prediction:
    return Prediction(
        "cash", "total", "all", week.middle, currency, week.monday.date(),
        week.low_80, week.high_80, week.low_95, week.high_95,
    )  # fmt: skip


def _of_case(case: Case) -> Prediction:
    return Prediction(
        "expected_loss",
        "invoice",
        case.invoice_id,
        case.loss,
        case.currency,
        rank=case.rank,
        reasons=case.reasons,
    )


def _message(still: pd.DataFrame, known: pd.DataFrame, model: Fitted, tested: Backtest | None) -> str:
    said = f"{len(still)} open invoices by {len(known)} known payments, method {model.late.method}."
    if tested is None:
        return f"{said} Too few outcomes for a backtest: the customer's own rate, shrunk, is what is said."
    if tested.method == "shrunk_rate":
        return f"{said} Nothing beats the customer's own rate, which is what is said."
    share = tested.brier / tested.brier_rate
    return f"{said} Its error is {share:.2f} times that of the customer's own rate. {tested.why}".strip()


def _scores(tested: Backtest | None) -> dict[str, float]:
    if tested is None:
        return {}
    named = {
        "brier": tested.brier, "brier_customer_rate": tested.brier_rate, "auc": tested.auc,
        "auc_customer_rate": tested.auc_rate, "ece": tested.ece,
        "cash_28_days_error_share": tested.cash_error,
        "cash_28_days_error_share_due_date": tested.cash_error_due, "tested_invoices": float(tested.tested),
    }  # fmt: skip
    return {name: value for name, value in named.items() if value == value}  # noqa: PLR0124  not a number


def _nothing(as_of: date, frame: pd.DataFrame, known: int, still: int) -> ModelRun:
    said = (
        f"{len(frame)} invoices are known, of which {known} were paid or overdue and {still} are open: "
        + ("there is nothing to predict." if known else "nothing is known of how customers pay.")
    )
    return ModelRun("payments", VERSION, as_of, "not_enough_data", said, "low", BASELINE)
