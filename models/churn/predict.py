"""Predict as of a day which customers do not come back, backtested in the same run."""

from datetime import date

import numpy as np
import pandas as pd

from fakturo.prediction import ModelRun, Prediction
from models.churn.backtest import Score, backtest, best, calibrated_recency, rolling_origins
from models.churn.ensemble import FEWEST_BEFORE, Fitted, fit, scored
from models.churn.features import design
from models.churn.reasons import reasons
from models.feature_hash import feature_hash

VERSION = "mbg-logistic-boosting.1"
BASELINE = "days since the last invoice, calibrated"
FEWEST_CUSTOMERS = 30
"""With more than one invoice; below that MBG/NBD's four parameters mean nothing."""


def predict_churn(purchases: pd.DataFrame, as_of: date, champion: str | None = None) -> ModelRun:
    """Predict P(no invoice within 90 days) of each customer with more than one.

    Args:
        purchases: customer_id, day, amount, as `features.purchases` gives them.
        as_of: the last day that is known.
        champion: the method in use, if any.
    """
    now = pd.Timestamp(as_of)
    bought = purchases[purchases.day <= now]
    missing = _missing(bought, now)
    if missing:
        return ModelRun("churn", VERSION, as_of, "not_enough_data", missing, "low", BASELINE)
    found, model = scored(bought, now), fit(bought, now)
    scores = backtest(bought, rolling_origins(bought, now))
    method, why = best(scores, model, champion)
    chances = _chances(bought, found, model, method, now)
    columns = design(found.head(1), np.zeros(1))
    once = bought.customer_id.nunique() - len(found)
    return ModelRun(
        model="churn",
        version=VERSION,
        as_of=as_of,
        state="ok",
        message=f"{_message(len(found), once, method, scores)} {why}".strip(),
        confidence="usual" if scores else "low",
        baseline=BASELINE,
        scores=_told(scores, method),
        window_first=bought.day.min().date(),
        trained_rows=len(bought),
        features_sha256=feature_hash(columns),
        method=method,
        estimators={"mbg": model.parameters._asdict(), "season_shift": model.shift} | model.challengers,
        predictions=tuple(
            Prediction(
                "churn_90_days",
                "customer",
                str(row.Index),
                float(chance),
                rank=int(rank),
                reasons=reasons(row),
            )
            for row, chance, rank in zip(found.itertuples(), chances, _ranks(chances), strict=True)
        ),
    )


def _missing(bought: pd.DataFrame, now: pd.Timestamp) -> str:
    """What is missing for a prediction; empty where nothing is."""
    if bought.empty:
        return "There is no invoice yet: nothing is known of customers."
    if now - bought.day.min() < FEWEST_BEFORE:
        days = (now - bought.day.min()).days
        return (
            f"Invoices are known for {days} days; who comes back is told from {FEWEST_BEFORE.days} days on."
        )
    count = len(scored(bought, now))
    if count < FEWEST_CUSTOMERS:
        return (
            f"{count} of {bought.customer_id.nunique()} customers have more than one invoice; "
            f"{FEWEST_CUSTOMERS} are needed to tell a customer who is late from one who left."
        )
    return ""


def _chances(
    bought: pd.DataFrame, found: pd.DataFrame, model: Fitted, method: str, now: pd.Timestamp
) -> np.ndarray:
    if method == "recency":
        recency = calibrated_recency(bought, now)
        return np.asarray(recency.predict(found.days_since.to_numpy(dtype=float)))
    return model.probability(found, method)


def _ranks(chances: np.ndarray) -> np.ndarray:
    ranks = np.empty(len(chances), dtype=int)
    ranks[np.argsort(-chances, kind="stable")] = np.arange(1, len(chances) + 1)
    return ranks


def _message(count: int, once: int, method: str, scores: dict[str, Score]) -> str:
    said = f"{count} customers are scored; for {once} with one invoice it is too early."
    if not scores:
        return f"{said} No backtest yet: its 90 days are not over."
    if method == "recency":
        return f"{said} Nothing beats days since the last invoice, which is what is said."
    share = scores[method].brier / scores["recency"].brier
    return f"{said} Method {method}: its error is {share:.2f} times that of days since the last invoice."


def _told(scores: dict[str, Score], method: str) -> dict[str, float]:
    if not scores:
        return {}
    named: dict[str, float] = {}
    for name, score in (("", scores[method]), ("_recency", scores["recency"])):
        named |= {
            f"auc{name}": score.auc,
            f"brier{name}": score.brier,
            f"ece{name}": score.ece,
            f"top_tenth_lift{name}": score.lift,
        }
    return {name: value for name, value in named.items() if not np.isnan(value)} | {
        "origins": float(scores[method].origins)
    }
