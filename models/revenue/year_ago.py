"""What the same time of earlier years says: their days, carried half of the way to this year's level."""

from itertools import count

import numpy as np
import pandas as pd

YEAR = pd.Timedelta(days=364)
"""52 weeks: the same weekday."""
GROWTH_DAYS, FEWEST_GROWTH_DAYS = 28, 10
"""Compared with the same days a year before; the fewest of them that a year's past must reach back to."""
DAMPING = 0.5
"""Power of the growth: what four weeks grew by is half chance. On Online Retail the error of the days falls
from .69 to .68 of last week's, that of the sum by nothing."""
NEAR_DAYS = 7
"""To either side of a day a year ago: one day alone tells nothing."""
SHAPE_WEEKS = 26


def year_ago(opened: pd.Series, days: pd.DatetimeIndex) -> np.ndarray | None:
    """The forecast of open days by earlier years', the mean of as many as there are.

    Args:
        opened: open days of the past, oldest first.
        days: open days to come.

    Returns:
        shape (days,); None where a year and ten days are not known, or nothing was sold then.
    """
    half_year = opened.iloc[-7 * SHAPE_WEEKS :]
    if opened.empty or half_year.mean() <= 0:
        return None
    shape = half_year.groupby(half_year.index.dayofweek).mean() / half_year.mean()
    weekdays = shape.reindex(days.dayofweek, fill_value=1.0).to_numpy()
    found = []
    for years in count(1):
        levels = _levels(opened, days, YEAR * years)
        if levels is None:
            break
        found.append(levels * weekdays)
    return np.mean(found, axis=0) if found else None


def _levels(opened: pd.Series, days: pd.DatetimeIndex, before: pd.Timedelta) -> np.ndarray | None:
    now = opened.index[-1]
    known_days = (now - before - opened.index[0]).days + 1
    if known_days < FEWEST_GROWTH_DAYS:
        return None
    weeks = pd.Timedelta(days=min(GROWTH_DAYS, known_days) - 1)
    lately, then = (_between(opened, end - weeks, end) for end in (now, now - before))
    if lately.empty or then.empty or min(lately.mean(), then.mean()) <= 0:
        return None
    near = pd.Timedelta(days=NEAR_DAYS)
    levels = np.array([_between(opened, day - before - near, day - before + near).mean() for day in days])
    return levels * (lately.mean() / then.mean()) ** DAMPING if np.isfinite(levels).all() else None


def _between(series: pd.Series, first: pd.Timestamp, last: pd.Timestamp) -> pd.Series:
    return series[(series.index >= first) & (series.index <= last)]
