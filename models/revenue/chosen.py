"""Which method's numbers are shown for a series: the one that won the backtest on that series."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import pandas as pd

from models.revenue.backtest import Backtest, Method, backtest
from models.revenue.forecast import FOLD_EVERY_DAYS, Forecast, Seen, forecast
from models.revenue.known_future import forecast_with_known
from models.revenue.middle import ENOUGH_DAYS, NotEnoughData
from models.revenue.open_days import open_past
from models.revenue.weekday_mean import forecast_weekday_mean

OWN, AROUND_SCHEDULED, PLAIN = "the forecast", "the forecast around scheduled invoices", "the weekday mean"
MOST_ORIGINS, ORIGIN_EVERY_DAYS = 8, 2 * FOLD_EVERY_DAYS
"""Of the backtest; the folds behind one origin's bands are the next one's, so that each is fitted once."""
FEWEST_ORIGINS = 3
"""Before a backtest decides anything."""


@dataclass(frozen=True)
class Chosen:
    """A method and what it was worth."""

    name: str
    method: Method
    worth: Backtest | None
    """None where the past is too short for a backtest."""


def choose(
    past: pd.Series, horizon: int, free: Collection[date], scheduled: pd.DataFrame | None = None
) -> Chosen:
    """Backtest the methods on a series and take the best.

    Args:
        past: revenue, one value a calendar day, oldest first, the first of them not 0.
        horizon: days ahead, 1..90.
        free: public holidays of past and future.
        scheduled: see `forecast_with_known`; None where nothing is.
    """
    seen: Seen = {}

    def own(known: pd.Series) -> Forecast:
        return forecast(known, horizon, free, seen)

    def around(known: pd.Series) -> Forecast:
        return forecast_with_known(known, horizon, scheduled, free)

    def plain(known: pd.Series) -> Forecast:
        return forecast_weekday_mean(known, horizon)

    origins = past_origins(past, horizon)
    if not origins:
        return Chosen(OWN, own, None)
    methods: dict[str, Method] = {OWN: own, PLAIN: plain}
    if scheduled is not None and len(scheduled):
        methods[AROUND_SCHEDULED] = around
    found = []
    for name, method in methods.items():
        try:
            found.append(Chosen(name, method, backtest(past, origins, horizon, method=method)))
        except NotEnoughData:  # of what was never scheduled
            continue
    if len(origins) < FEWEST_ORIGINS:
        return found[0]
    return min(found, key=lambda each: each.worth.to_weekday_mean if each.worth else float("inf"))


def past_origins(past: pd.Series, horizon: int) -> list[pd.Timestamp]:
    """Last days that forecasts could have known, `horizon` days of what came after them; oldest first."""
    gap = -(-horizon // FOLD_EVERY_DAYS) * FOLD_EVERY_DAYS
    lengths = [len(past) - gap - ORIGIN_EVERY_DAYS * step for step in range(MOST_ORIGINS)]
    return [
        past.index[length - 1]
        for length in reversed(lengths)
        if length >= ENOUGH_DAYS and not open_past(past.iloc[:length]).empty
    ]
