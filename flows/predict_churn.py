"""Predict which customers will not come back."""

from datetime import date
from typing import Any

from prefect import flow

from fakturo.ledger.open import open_ledger
from fakturo.ledger.predictions.keeping import last_method
from fakturo.prediction import ModelRun
from fakturo.settings import Settings
from fakturo.warehouse.reading import Connection
from flows.keep_predictions import predicted


@flow(name="predict_churn", persist_result=False)
def predict_churn(again: bool = False) -> Any:
    """Say of each customer how likely no invoice follows within 90 days, backtested in the same run.

    Daily, after the first publish of the day. Safe to rerun: a day is predicted once, unless asked `again`.
    """
    return predicted("churn", make, again=again)


def make(settings: Settings, connection: Connection, as_of: date) -> ModelRun:
    """Read purchases and predict."""
    from models.churn import features, predict

    bought = features.purchases(connection, as_of)
    return predict.predict_churn(bought, as_of, last_method(open_ledger(settings), "churn"))
