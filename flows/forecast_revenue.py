"""Forecast the revenue of the days to come."""

from datetime import date, timedelta
from typing import Any

from prefect import flow

from fakturo.prediction import ModelRun
from fakturo.settings import Settings
from fakturo.warehouse.reading import Connection
from flows.keep_predictions import predicted


@flow(name="forecast_revenue", persist_result=False)
def forecast_revenue(again: bool = False) -> Any:
    """Forecast revenue a day, by currency and segment, with bands, backtested in the same run.

    Daily, after the first publish of the day: up to the day before, which is the last whole one. Safe to
    rerun: a day is forecast once, unless asked `again`.
    """
    return predicted("revenue", make, again=again)


def make(settings: Settings, connection: Connection, as_of: date) -> ModelRun:
    """Read daily revenue and forecast."""
    from models.revenue import predict

    country = settings.seller.country
    return predict.forecast_revenue(connection, as_of - timedelta(days=1), country=country)
