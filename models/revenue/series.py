"""Forecast any series of numbers with a season: months, weeks, hours. What the competitions measure.

Chosen on the last horizon of the training parts of M3 and M4, never on their tests; see docs/decisions/0019.
"""

import numpy as np

from models.revenue.members import fitted, seasonal_part

LONGEST_MODELLED_SEASON = 24
"""Values; a longer one (weeks of a year) is taken out by loess first, because no method here models it."""
FEWEST_SEASONS = 2
FEWEST_VALUES = 8
LONG_SEASON_METHODS = ("ets", "ces", "arima")
LEVEL_VALUES = 4
"""That the level now and the one a season ago are the means of."""


def forecast_series(values: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """Forecast the next values.

    Args:
        values: oldest first, at least one.
        season: values in a season, e.g. 12 months; 1 for none.
        horizon: values ahead.

    Returns:
        shape (horizon,), in the unit of the values.

    Raises:
        ValueError: there is no value.
    """
    values = np.asarray(values, dtype=float)
    if not len(values):
        raise ValueError("A forecast needs at least one value; the series is empty.")
    if len(values) < FEWEST_VALUES or np.ptp(values) == 0:
        return np.full(horizon, values[-1])
    if season > LONGEST_MODELLED_SEASON:
        found = _of_long_season(values, season, horizon)
    else:
        found = _of_short_season(values, season, horizon)
    return found if found is not None else np.full(horizon, values[-1])


def seasonal_indices(values: np.ndarray, season: int) -> np.ndarray:
    """How much of the level each place in the season is, shrunk towards 1 as far as it may be chance.

    Args:
        values: above 0, oldest first, at least two seasons.

    Returns:
        shape (season,), the first for the first value; mean about 1.

    Source: Miller and Williams, "Shrinkage estimators of time series seasonal factors and their effect on
    forecasting accuracy", International Journal of Forecasting 19, 2003 (James and Stein's estimator).
    """
    ratios, places = _to_level(values, season)
    of_place = [ratios[places == place] for place in range(season)]
    plain = np.array([each.mean() for each in of_place])
    plain /= plain.mean()
    chance = np.mean([each.var(ddof=1) / len(each) if len(each) > 1 else 0.0 for each in of_place])
    spread = plain.var(ddof=1)
    kept = max(0.0, 1 - (season - 3) / (season - 1) * chance / spread) if spread > 0 else 0.0
    return 1 + kept * (plain - 1)


def _to_level(values: np.ndarray, season: int) -> tuple[np.ndarray, np.ndarray]:
    """Ratios to the centred mean of a season, and their places in the season."""
    weights = np.ones(season) if season % 2 else np.r_[0.5, np.ones(season - 1), 0.5]
    level = np.convolve(values, weights / season, "valid")
    first = len(weights) // 2
    places = (np.arange(len(level)) + first) % season
    return values[first : first + len(level)] / level, places


def _of_short_season(values: np.ndarray, season: int, horizon: int) -> np.ndarray | None:
    """The mean of damped smoothing and of theta's drift on the adjusted series."""
    is_seasonal = season > 1 and len(values) >= FEWEST_SEASONS * season + 1
    indices = np.ones(1)
    if is_seasonal and season > 3 and values.min() > 0:  # noqa: PLR2004  the estimator needs four places
        indices = seasonal_indices(values, season)
    places = np.arange(len(values) + horizon) % len(indices)
    adjusted = fitted("dynamic_theta", values / indices[places[: len(values)]], 1, horizon)
    made = [
        fitted("damped_ets", values, season if is_seasonal else 1, horizon),
        None if adjusted is None else adjusted * indices[places[len(values) :]],
    ]
    found = [each for each in made if each is not None]
    return np.mean(found, axis=0) if found else None


def _of_long_season(values: np.ndarray, season: int, horizon: int) -> np.ndarray | None:
    """The median over methods, of the series as it is and without its season, and of the season before."""
    parts = [np.zeros(len(values))]
    if len(values) >= FEWEST_SEASONS * season + 1:
        parts.append(seasonal_part(values, season))
    found = []
    for part in parts:
        to_come = np.resize(part[-season:], horizon)
        for name in LONG_SEASON_METHODS:
            made = fitted(name, values - part, 1, horizon)
            if made is not None:
                found.append(made + to_come)
    if len(values) >= season + max(horizon, LEVEL_VALUES):
        before = values[: len(values) - season]
        grown = values[-LEVEL_VALUES:].mean() - before[-LEVEL_VALUES:].mean()
        found.append(np.resize(values[-season:], horizon) + grown)
    return np.median(found, axis=0) if found else None
