"""Predict who pays late, and what comes in."""

from datetime import date
from typing import Any

from prefect import flow

from fakturo.ledger.open import open_ledger
from fakturo.ledger.predictions.keeping import last_method
from fakturo.prediction import ModelRun
from fakturo.settings import Settings
from fakturo.warehouse.reading import Connection
from flows.keep_predictions import predicted


@flow(name="predict_payments", persist_result=False)
def predict_payments(again: bool = False) -> Any:
    """Say of each open invoice when it is paid, what comes in in 13 weeks, and whom to call first.

    Daily, after the first publish of the day. Safe to rerun: a day is predicted once, unless asked `again`.
    """
    return predicted("payments", make, again=again)


def make(settings: Settings, connection: Connection, as_of: date) -> ModelRun:
    """Read invoices and predict."""
    from models.payments import features, predict

    issued = features.invoices(connection, as_of)
    return predict.predict_payments(issued, as_of, last_method(open_ledger(settings), "payments"))
