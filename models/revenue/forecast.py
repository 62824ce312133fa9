"""Forecast daily revenue with bands; says so where there is too little to go by."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models.revenue.members import members
from models.revenue.open_days import open_future, open_past
from models.revenue.year_ago import year_ago

FEWEST_DAYS = 14
"""Of history; with fewer there is no forecast."""
ENOUGH_DAYS = 56
"""With fewer it is the weekday mean alone, marked low."""
LONGEST_HORIZON = 90
FOLD_EVERY, FOLDS = 14, 8
"""Days between the past origins whose errors make the bands, and how many."""
FEWEST_ERRORS = 40
LAST_YEARS_SHARE = 0.5
"""Of 34 weekly origins on Online Retail the error is lowest between .4 and .6; without it 7 % higher."""
QUANTILES = (0.025, 0.1, 0.9, 0.975)
WIDE = 1.2
"""Bands are drawn that much wider than past errors were: they miss what changes next. On Online Retail bands
for 80 % held .70 of the days without it, .76 to .81 with it."""


class NotEnoughData(ValueError):
    """Nothing can be said yet; the sentence says what is missing."""


@dataclass(frozen=True)
class Forecast:
    """Revenue a day, in the unit of the past; all of shape (horizon,)."""

    days: pd.DatetimeIndex
    middle: np.ndarray
    low_80: np.ndarray
    high_80: np.ndarray
    low_95: np.ndarray
    high_95: np.ndarray
    is_open: np.ndarray
    """bool; a closed day has nothing, without a band."""
    confidence: str
    """"usual", or "low" where there are less than 56 days."""


def forecast(past: pd.Series, horizon: int, free: Collection[date] = frozenset()) -> Forecast:
    """Forecast the next days.

    Args:
        past: revenue, one value a calendar day, oldest first, indexed by day; 0 where there was none.
        horizon: days ahead, 1..90.
        free: public holidays of past and future.

    Raises:
        NotEnoughData: fewer than 14 days, or no day with revenue among the last 56.
    """
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise ValueError(f"A horizon is 1 to {LONGEST_HORIZON} days; {horizon} is not.")
    past = _from_first_sale(past)
    if len(past) < FEWEST_DAYS:
        raise NotEnoughData(
            f"There are {len(past)} days since the first revenue; a forecast needs {FEWEST_DAYS}."
        )
    middle, is_open, days = _middle(past, horizon, free)
    errors = _past_errors(past, horizon, free) if len(past) >= ENOUGH_DAYS else np.array([])
    low_95, low_80, high_80, high_95 = _bands(past, middle, errors)
    is_usual = len(past) >= ENOUGH_DAYS
    return Forecast(days, middle, low_80, high_80, low_95, high_95, is_open, "usual" if is_usual else "low")


def _middle(
    past: pd.Series, horizon: int, free: Collection[date]
) -> tuple[np.ndarray, np.ndarray, pd.DatetimeIndex]:
    days = pd.date_range(past.index[-1] + pd.Timedelta(days=1), periods=horizon)
    is_open = open_future(past, days, free)
    opened = open_past(past)
    if opened.empty:
        raise NotEnoughData("There was no revenue in the last eight weeks.")
    middle = np.zeros(horizon)
    weekdays = days.dayofweek.to_numpy()[is_open]
    if len(weekdays):
        found = members(opened, weekdays)
        if len(past) < ENOUGH_DAYS:
            found = {"weekday_mean_8": found["weekday_mean_8"]}
        middle[is_open] = np.mean(list(found.values()), axis=0)
        last_year = year_ago(past, days[is_open])
        if last_year is not None:
            middle[is_open] = (1 - LAST_YEARS_SHARE) * middle[is_open] + LAST_YEARS_SHARE * last_year
    return middle, is_open, days


def _past_errors(past: pd.Series, horizon: int, free: Collection[date]) -> np.ndarray:
    """What came of a middle, as a share of it, on the open days of earlier forecasts."""
    found: list[np.ndarray] = []
    for fold in range(1, FOLDS + 1):
        before = past.iloc[: -FOLD_EVERY * fold]
        if len(before) < ENOUGH_DAYS:
            break
        came = past.iloc[len(before) : len(before) + horizon].to_numpy()
        middle, is_open, _ = _middle(before, horizon, free)
        counted = is_open[: len(came)] & (middle[: len(came)] > 0)
        found.append(came[counted] / middle[: len(came)][counted] - 1)
    return np.concatenate(found) if found else np.array([])


def _bands(past: pd.Series, middle: np.ndarray, errors: np.ndarray) -> list[np.ndarray]:
    """Low 95, low 80, high 80, high 95; never crossing the middle."""
    if len(errors) < FEWEST_ERRORS:
        lately = open_past(past).iloc[-FEWEST_ERRORS:]
        means = lately.groupby(lately.index.dayofweek).transform("mean")
        errors = (lately / means.where(means > 0) - 1).dropna().to_numpy()
    shares = WIDE * np.quantile(errors, QUANTILES) if len(errors) else np.zeros(len(QUANTILES))
    size = np.abs(middle)
    return [
        middle + size * (min(share, 0.0) if place < len(QUANTILES) // 2 else max(share, 0.0))
        for place, share in enumerate(shares)
    ]


def _from_first_sale(past: pd.Series) -> pd.Series:
    had = np.flatnonzero(past.to_numpy() != 0)
    return past.iloc[had[0] :].astype(float) if len(had) else past.iloc[:0]
