"""Revenue of segments: their shares of the last half-year, of the total's forecast. They add up to it.

Shares of the total, because a small segment sells on few days and says too little of itself: on six countries
of Online Retail and the rest, 33 origins, the error of the days is .84 of the segments' own weekday means,
that of 30 days' sums .81; with shares of the last four to eight weeks .86 to .90 and .91 to 1.04.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.revenue.forecast import Forecast, bands
from models.revenue.middle import ENOUGH_DAYS

MOST_SEGMENTS = 5
"""Told apart; the others together are one."""
FEWEST_DAYS_SOLD = 20
"""In the last half-year, before a segment is told apart."""
SHARE_DAYS = 182
ORDINARY = 0.95
"""Of a segment's days with revenue; what a day has above that counts for nothing in the shares."""
OTHER = "other"


def told_apart(frame: pd.DataFrame) -> pd.DataFrame:
    """The largest segments with enough history, and the rest together, if there is any.

    Args:
        frame: revenue, one row a calendar day, one column a segment.
    """
    lately = frame.iloc[-SHARE_DAYS:]
    known = (frame.iloc[:-ENOUGH_DAYS] != 0).any() & ((lately != 0).sum() >= FEWEST_DAYS_SOLD)
    sums = lately.loc[:, known & (lately.sum() > 0)].sum().drop(OTHER, errors="ignore")
    names = list(sums.nlargest(MOST_SEGMENTS).index)
    rest = frame.drop(columns=names)
    return pd.concat([frame[names], rest.sum(axis=1).rename(OTHER)], axis=1) if rest.size else frame[names]


def shares(frame: pd.DataFrame) -> np.ndarray:
    """What of the total each segment brings; shape (segments,), each 0..1, 1 together.

    Args:
        frame: revenue, one row a calendar day, one column a segment.
    """
    lately = frame.iloc[-SHARE_DAYS:]
    sums = lately.clip(upper=lately.where(lately > 0).quantile(ORDINARY), axis=1).sum().clip(lower=0.0)
    if sums.sum() <= 0:
        return np.full(frame.shape[1], 1 / frame.shape[1])
    return np.asarray(sums / sums.sum(), dtype=float)


def forecast_segments(
    frame: pd.DataFrame, total: Forecast, before: Sequence[tuple[pd.Timestamp, np.ndarray]]
) -> dict[str, Forecast]:
    """Forecast each segment.

    Args:
        frame: revenue, one row a calendar day, one column a segment.
        total: forecast of their sum.
        before: earlier forecasts of the sum: their origin and middle; the segments' bands come from them.
    """
    found = {}
    now = shares(frame)
    then = [(origin, middle, shares(frame.loc[:origin])) for origin, middle in before]
    for place, name in enumerate(frame.columns):
        series = frame[name]
        errors = [_errors(series, origin, middle * share[place]) for origin, middle, share in then]
        middle = total.middle * now[place]
        all_errors = np.concatenate(errors) if errors else np.array([])
        low_95, low_80, high_80, high_95 = bands(series, middle, all_errors)
        found[str(name)] = Forecast(
            *(total.days, middle, low_80, high_80, low_95, high_95, total.is_open), total.confidence
        )
    return found


def _errors(series: pd.Series, origin: pd.Timestamp, middle: np.ndarray) -> np.ndarray:
    """What came of the middle of one earlier forecast, as a share of it, less 1."""
    came = series.loc[origin:].iloc[1 : len(middle) + 1].to_numpy(dtype=float)
    made = middle[: len(came)]
    return np.asarray(came[made > 0] / made[made > 0] - 1)
