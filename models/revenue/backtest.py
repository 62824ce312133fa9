"""Forecast from earlier days, as it would have been done then, and hold it against what came.

The baselines are what a careful person does with a spreadsheet: the same weekday of last week, and the
mean of the last eight same weekdays.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models.revenue.forecast import Forecast, Seen, forecast
from models.revenue.weekday_mean import weekday_mean

Method = Callable[[pd.Series], Forecast]
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
"""Quantiles that the pinball loss is the mean of."""


@dataclass(frozen=True)
class Backtest:
    """Means over all origins; ratios below 1 are better than the baseline."""

    origins: int
    to_seasonal_naive: float
    """Mean absolute error beside last week's same weekday: MASE as a ratio."""
    to_weekday_mean: float
    pinball_to_seasonal_naive: float
    """Beside last week's same weekday with bands of its own past errors."""
    cover_80: float
    """Share of open days that came within the band."""
    cover_95: float
    total_error: float
    """Median, over the origins, of the error of the whole horizon's sum, as a share of what came."""


def backtest(
    series: pd.Series,
    origins: Sequence[pd.Timestamp],
    horizon: int,
    free: Collection[date] = frozenset(),
    *,
    seen: Seen | None = None,
    method: Method | None = None,
) -> Backtest:
    """Forecast from every origin, which is the last day that is known.

    Args:
        series: revenue, one value a calendar day, oldest first.
        free: public holidays.
        seen: middles of this series from other origins, added to.
        method: what makes a forecast of a past; None: `forecast`.
    """
    rows = []
    seen = {} if seen is None else seen
    for origin in origins:
        past = series.loc[:origin]
        came = series.iloc[len(past) : len(past) + horizon].to_numpy(dtype=float)
        made = forecast(past, horizon, free, seen) if method is None else method(past)
        rows.append(_row(past, came, made))
    errors = pd.DataFrame(rows)
    sums = errors[["own", "naive", "mean", "pinball", "pinball_naive"]].sum()
    return Backtest(
        len(rows),
        _ratio(sums["own"], sums["naive"]),
        _ratio(sums["own"], sums["mean"]),
        _ratio(sums["pinball"], sums["pinball_naive"]),
        float(errors["in_80"].sum() / errors["open"].sum()),
        float(errors["in_95"].sum() / errors["open"].sum()),
        float(errors["total"].median()),
    )


def rolling_origins(series: pd.Series, horizon: int, count: int, every: int) -> list[pd.Timestamp]:
    """The last days from which `horizon` days are known, oldest first."""
    last = len(series) - horizon - 1
    return [series.index[last - every * step] for step in reversed(range(count))]


def _row(past: pd.Series, came: np.ndarray, made: Forecast) -> dict[str, float]:
    week = past.iloc[-7:].to_numpy(dtype=float)
    naive = np.resize(week, len(came))
    mean = weekday_mean(past, len(came))
    within = np.flatnonzero(made.is_open)
    bands = (made.low_95, made.low_80, made.middle, made.high_80, made.high_95)
    steps = (past - past.shift(7)).dropna().iloc[-7 * 26 :].to_numpy()
    naive_bands = [naive + shift for shift in np.quantile(steps, LEVELS)]
    return {
        "own": np.abs(came - made.middle).sum(),
        "naive": np.abs(came - naive).sum(),
        "mean": np.abs(came - mean).sum(),
        "pinball": _pinball(came, bands),
        "pinball_naive": _pinball(came, naive_bands),
        "open": len(within),
        "in_80": ((came >= made.low_80) & (came <= made.high_80))[within].sum(),
        "in_95": ((came >= made.low_95) & (came <= made.high_95))[within].sum(),
        "total": abs(came.sum() - made.middle.sum()) / abs(came.sum()) if came.sum() else 0.0,
    }


def _ratio(own: float, baseline: float) -> float:
    """Infinite where only the baseline is without error."""
    if baseline == 0:
        return 1.0 if own == 0 else float("inf")
    return float(own / baseline)


def _pinball(came: np.ndarray, bands: Sequence[np.ndarray]) -> float:
    losses = [
        np.maximum(level * (came - band), (level - 1) * (came - band)).sum()
        for level, band in zip(LEVELS, bands, strict=True)
    ]
    return float(np.sum(losses))
