"""The middle of a forecast in its two parts: what the last weeks say, and what last year says."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models.revenue.giant_days import calmed
from models.revenue.members import members
from models.revenue.open_days import open_future, open_past
from models.revenue.year_ago import year_ago

FEWEST_DAYS = 14
"""Of history; with fewer there is no forecast."""
ENOUGH_DAYS = 56
"""With fewer it is the weekday mean alone, marked low."""
LAST_YEARS_SHARE = 2 / 3
"""On 70 weekly origins on Online Retail and three meanings of revenue shares of .5 to .75 lie within 2 % of
each other, 0 is 5 % worse. Where last year counts at all it knows the season, which the last weeks do not."""


class NotEnoughData(ValueError):
    """Nothing can be said yet; the sentence says what is missing."""


@dataclass(frozen=True)
class Middle:
    """Revenue a day, in the unit of the past; all of shape (horizon,)."""

    days: pd.DatetimeIndex
    is_open: np.ndarray
    """bool; a closed day has nothing."""
    lately: np.ndarray
    last_year: np.ndarray | None
    """None where a year of past is missing."""

    def by(self, share: float) -> np.ndarray:
        """Both parts, last year's by a share of 0..1; shape (horizon,)."""
        if self.last_year is None:
            return self.lately
        return (1 - share) * self.lately + share * self.last_year


def middle(past: pd.Series, horizon: int, free: Collection[date]) -> Middle:
    """Forecast the next days, without a band.

    Args:
        past: revenue, one value a calendar day, oldest first, the first of them not 0.
        horizon: days ahead.
        free: public holidays of past and future.

    Raises:
        NotEnoughData: no day with revenue among the last 56.
    """
    days = pd.date_range(past.index[-1] + pd.Timedelta(days=1), periods=horizon)
    opened = open_past(past)
    if opened.empty:
        raise NotEnoughData("There was no revenue in the last eight weeks.")
    is_open = open_future(past, days, free)
    lately = np.zeros(horizon)
    weekdays = days.dayofweek.to_numpy()[is_open]
    if not len(weekdays):
        return Middle(days, is_open, lately, None)
    calm = calmed(opened) if len(past) >= ENOUGH_DAYS else opened
    found = members(calm, weekdays)
    if len(past) < ENOUGH_DAYS:
        found = {"weekday_mean_8": found["weekday_mean_8"]}
    lately[is_open] = np.mean(list(found.values()), axis=0)
    then = year_ago(calm, days[is_open])
    if then is None:
        return Middle(days, is_open, lately, None)
    last_year = np.zeros(horizon)
    last_year[is_open] = then
    return Middle(days, is_open, lately, last_year)


def from_first_sale(past: pd.Series) -> pd.Series:
    """Without the days before the first revenue, which are no history."""
    had = np.flatnonzero(past.to_numpy() != 0)
    return past.iloc[had[0] :].astype(float) if len(had) else past.iloc[:0]
