"""The forecasts that are averaged, each of open days alone. The door to statsforecast.

Equal weights: with a year or two of days no weighting that was learned did better than none.
"""

import warnings
from collections.abc import Callable

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
    for name, model in _statistical(season).items():
        fitted = _fitted(model, values, len(weekdays))
        if fitted is not None:
            found[name] = fitted
    return found


def _statistical(season: int) -> dict[str, Callable[[], object]]:
    from statsforecast.models import AutoCES, AutoETS, AutoTheta

    return {
        "ets": lambda: AutoETS(season_length=season),
        "theta": lambda: AutoTheta(season_length=season),
        "ces": lambda: AutoCES(season_length=season),
    }


def _fitted(model: Callable[[], object], values: np.ndarray, horizon: int) -> np.ndarray | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the optimiser, about series that fit one candidate badly
        try:
            mean = model().forecast(y=values, h=horizon)["mean"]  # type: ignore[attr-defined]
        except Exception:  # noqa: BLE001  whatever the optimiser raises, the other members stand
            return None
    return np.asarray(mean, dtype=float) if np.isfinite(mean).all() else None


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
