"""What a careful person does with a spreadsheet: the mean of the last eight same weekdays, with bands."""

import numpy as np
import pandas as pd

from models.revenue.forecast import FOLD_EVERY_DAYS, FOLDS, Forecast, bands

WEEKS = 8


def weekday_mean(past: pd.Series, horizon: int) -> np.ndarray:
    """Mean of the last same weekdays, days without revenue included; shape (horizon,).

    Args:
        past: revenue, one value a calendar day, oldest first.
    """
    days = pd.date_range(past.index[-1] + pd.Timedelta(days=1), periods=horizon)
    lately = past.iloc[-7 * WEEKS :]
    means = lately.groupby(lately.index.dayofweek).mean()
    return np.asarray(means.reindex(days.dayofweek, fill_value=0.0), dtype=float)


def forecast_weekday_mean(past: pd.Series, horizon: int) -> Forecast:
    """Forecast by the weekday mean, its bands from what it was wrong by earlier.

    Args:
        past: revenue, one value a calendar day, oldest first; at least eight weeks.
    """
    errors = [np.array([])]
    for fold in range(1, FOLDS + 1):
        before = past.iloc[: -FOLD_EVERY_DAYS * fold]
        if len(before) < 7 * WEEKS:
            break
        came = past.iloc[len(before) : len(before) + horizon].to_numpy(dtype=float)
        made = weekday_mean(before, horizon)[: len(came)]
        errors.append(came[made > 0] / made[made > 0] - 1)
    days = pd.date_range(past.index[-1] + pd.Timedelta(days=1), periods=horizon)
    middle = weekday_mean(past, horizon)
    low_95, low_80, high_80, high_95 = bands(past, middle, np.concatenate(errors))
    return Forecast(days, middle, low_80, high_80, low_95, high_95, middle != 0, "usual")
