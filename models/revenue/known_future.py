"""Revenue that is already agreed for days to come: scheduled invoices, on top of a forecast of the rest."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from models.revenue.forecast import Forecast, forecast

COLUMNS = ("known_date", "issue_date", "amount")


def forecast_with_known(
    past: pd.Series, horizon: int, scheduled: pd.DataFrame, free: Collection[date] = frozenset()
) -> Forecast:
    """Forecast what was never scheduled, and add what is.

    Args:
        past: revenue, one value a calendar day, oldest first, of what was scheduled too.
        horizon: days ahead, 1..90.
        scheduled: one row an invoice: `known_date` (since when its day is agreed), `issue_date`, `amount` in
            the unit of the past. What became known after the last day of the past is not looked at.
        free: public holidays of past and future.

    Raises:
        ValueError: a column is missing.
        NotEnoughData: too little is left without what was scheduled.
    """
    if missing := [name for name in COLUMNS if name not in scheduled.columns]:
        raise ValueError(
            f"Scheduled invoices need the columns {', '.join(COLUMNS)}; {missing[0]} is missing."
        )
    known = scheduled[pd.to_datetime(scheduled["known_date"]) <= past.index[-1]]
    booked = known.groupby(pd.to_datetime(known["issue_date"]))["amount"].sum().astype(float)
    rest = (past - booked.reindex(past.index, fill_value=0.0)).round(6)
    made = forecast(rest, horizon, free)
    to_come = booked.reindex(made.days, fill_value=0.0).to_numpy()
    return replace(
        made,
        middle=made.middle + to_come,
        low_80=made.low_80 + to_come,
        high_80=made.high_80 + to_come,
        low_95=made.low_95 + to_come,
        high_95=made.high_95 + to_come,
        is_open=np.asarray(made.is_open | (to_come != 0)),
    )
