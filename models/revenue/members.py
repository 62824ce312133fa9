"""The forecasts that are averaged, each of open days alone. The door to statsforecast.

Equal weights: with a year or two of days no weighting that was learned did better than none.
"""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

SHORT_MEMORY, LONG_MEMORY = 4, 8
"""Same weekdays that a mean is taken of."""
LEVEL_DAYS = 20
SHAPE_WEEKS = 26


def members(past: pd.Series, weekdays: np.ndarray) -> dict[str, np.ndarray]:
    """Every member's forecast.

    Args:
        past: open days, oldest first, indexed by day.
        weekdays: Monday 0, of the open days to come, shape (days,).

    Returns:
        Name -> shape (days,). A statistical one that cannot be fitted is left out.
    """
    found = {
        "weekday_mean_4": _weekday_mean(past, weekdays, SHORT_MEMORY),
        "weekday_mean_8": _weekday_mean(past, weekdays, LONG_MEMORY),
        "level_20": _level(past, weekdays),
    }
    season = max(past.iloc[-7 * LONG_MEMORY :].index.dayofweek.nunique(), 1)
    values = past.to_numpy(dtype=float)
    for name in ("ets", "theta", "ces"):
        made = fitted(name, values, season, len(weekdays))
        if made is not None:
            found[name] = made
    return found


def fitted(name: str, values: np.ndarray, season: int, horizon: int) -> np.ndarray | None:
    """What a statistical method makes of a series.

    Args:
        name: ets, damped_ets, theta, dynamic_theta, ces or arima.
        values: oldest first.
        season: values in a season; 1 for none.

    Returns:
        shape (horizon,); None where the method cannot be fitted.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the optimiser, about series that fit one candidate badly
        try:
            mean = _statistical()[name](season).forecast(y=values, h=horizon)["mean"]
        except Exception:  # noqa: BLE001  whatever the optimiser raises, the other members stand
            return None
    return np.asarray(mean, dtype=float) if np.isfinite(mean).all() else None


def seasonal_part(values: np.ndarray, season: int) -> np.ndarray:
    """What of each value is season, by loess (STL).

    Args:
        values: oldest first, more than two seasons.

    Returns:
        In the unit of the values, of their shape.

    Source: Cleveland and others, "STL: A Seasonal-Trend Decomposition Procedure Based on Loess", 1990.
    """
    from statsforecast.mstl import mstl

    return np.asarray(mstl(values, period=[season])["seasonal"], dtype=float)


def _statistical() -> Mapping[str, Callable[[int], Any]]:
    from statsforecast.models import AutoARIMA, AutoCES, AutoETS, AutoTheta, DynamicOptimizedTheta

    return {
        "ets": lambda season: AutoETS(season_length=season),
        "damped_ets": lambda season: AutoETS(season_length=season, damped=True),
        "theta": lambda season: AutoTheta(season_length=season),
        "dynamic_theta": lambda season: DynamicOptimizedTheta(season_length=season),
        "ces": lambda season: AutoCES(season_length=season),
        "arima": lambda season: AutoARIMA(season_length=season, approximation=True),
    }


def _weekday_mean(past: pd.Series, weekdays: np.ndarray, weeks: int) -> np.ndarray:
    """Mean of the last same weekdays; of all last days where a weekday is new."""
    overall = float(past.iloc[-weeks * 5 :].mean())
    means = {day: float(of_day.iloc[-weeks:].mean()) for day, of_day in past.groupby(past.index.dayofweek)}
    return np.array([means.get(int(day), overall) for day in weekdays])


def _level(past: pd.Series, weekdays: np.ndarray) -> np.ndarray:
    """Mean of the last days, shaped by what each weekday usually is of a week."""
    lately = past.iloc[-7 * SHAPE_WEEKS :]
    shape = lately.groupby(lately.index.dayofweek).mean() / lately.mean()
    return np.array([past.iloc[-LEVEL_DAYS:].mean() * shape.get(int(day), 1.0) for day in weekdays])
