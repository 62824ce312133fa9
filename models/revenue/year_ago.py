"""What the same time of last year says: its days, carried to the level that this year has reached."""

import numpy as np
import pandas as pd

from models.revenue.open_days import open_past

YEAR = pd.Timedelta(days=364)
"""52 weeks: the same weekday."""
GROWTH_DAYS = 28
"""Compared with the same days a year before."""
NEAR_DAYS = 7
"""To either side of a day a year ago: one day alone tells nothing."""
SHAPE_WEEKS = 26


def year_ago(past: pd.Series, days: pd.DatetimeIndex) -> np.ndarray | None:
    """The forecast of open days by last year's.

    Args:
        past: one value a calendar day, oldest first.
        days: open days to come.

    Returns:
        shape (days,); None where a year and four weeks are not known, or nothing was sold then.
    """
    now = past.index[-1]
    weeks = pd.Timedelta(days=GROWTH_DAYS - 1)
    if past.index[0] > now - YEAR - weeks:
        return None
    opened = open_past(past)
    lately, then = (_between(opened, end - weeks, end) for end in (now, now - YEAR))
    if lately.empty or then.empty or then.mean() <= 0:
        return None
    half_year = opened.iloc[-7 * SHAPE_WEEKS :]
    shape = half_year.groupby(half_year.index.dayofweek).mean() / half_year.mean()
    near = pd.Timedelta(days=NEAR_DAYS)
    levels = [_between(opened, day - YEAR - near, day - YEAR + near).mean() for day in days]
    found = np.array(levels) * shape.reindex(days.dayofweek, fill_value=1.0).to_numpy()
    return found * (lately.mean() / then.mean()) if np.isfinite(found).all() else None


def _between(series: pd.Series, first: pd.Timestamp, last: pd.Timestamp) -> pd.Series:
    return series[(series.index >= first) & (series.index <= last)]
