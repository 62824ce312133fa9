"""Forecast daily revenue with bands; says so where there is too little to go by."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models.revenue.middle import (
    ENOUGH_DAYS,
    FEWEST_DAYS,
    LAST_YEARS_SHARE,
    Middle,
    NotEnoughData,
    from_first_sale,
    middle,
)
from models.revenue.open_days import open_past

__all__ = ["ENOUGH_DAYS", "Forecast", "NotEnoughData", "Seen", "earlier", "forecast"]

LONGEST_HORIZON = 90
FOLD_EVERY_DAYS, FOLDS = 14, 8
"""Days between the past origins whose errors make the bands, and how many."""
FEWEST_ERRORS = 40
FEWEST_FOLDS_OF_YEARS = 2
"""With last year in them, before they tell whether it helps."""
CLEARLY_WORSE = 1.1
"""Times the error without last year: it is kept for the season to come, which earlier weeks did not have."""
QUANTILES = (0.025, 0.1, 0.9, 0.975)
WIDE = 1.2
"""Bands are drawn that much wider than past errors were: they miss what changes next. On Online Retail bands
for 80 % held .70 of the days without it, .76 to .81 with it."""

Seen = dict[tuple[pd.Timestamp, int], Middle]
"""Middles by the last day that they know and their horizon; what one origin made, the next one takes."""


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


def forecast(
    past: pd.Series, horizon: int, free: Collection[date] = frozenset(), seen: Seen | None = None
) -> Forecast:
    """Forecast the next days.

    Args:
        past: revenue, one value a calendar day, oldest first, indexed by day; 0 where there was none.
        horizon: days ahead, 1..90.
        free: public holidays of past and future.
        seen: middles of this series from other origins, added to.

    Raises:
        NotEnoughData: fewer than 14 days, or no day with revenue among the last 56.
    """
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise ValueError(f"A horizon is 1 to {LONGEST_HORIZON} days; {horizon} is not.")
    past = from_first_sale(past)
    if len(past) < FEWEST_DAYS:
        raise NotEnoughData(
            f"There are {len(past)} days since the first revenue; a forecast needs {FEWEST_DAYS}."
        )
    seen = {} if seen is None else seen
    made = _seen(past, horizon, free, seen)
    folds = earlier(past, horizon, free, seen)
    share = _last_years_share(folds)
    errors = _errors(folds, share)
    low_95, low_80, high_80, high_95 = bands(past, made.by(share), errors)
    confidence = "usual" if len(past) >= ENOUGH_DAYS else "low"
    return Forecast(
        *(made.days, made.by(share), low_80, high_80, low_95, high_95, made.is_open), confidence=confidence
    )


def earlier(
    past: pd.Series, horizon: int, free: Collection[date], seen: Seen
) -> list[tuple[Middle, np.ndarray]]:
    """Forecasts of earlier origins, and what came, of shape (days that are known by now,)."""
    found = []
    for fold in range(1, FOLDS + 1):
        before = past.iloc[: -FOLD_EVERY_DAYS * fold]
        if len(before) < ENOUGH_DAYS or open_past(before).empty:
            break
        came = past.iloc[len(before) : len(before) + horizon].to_numpy(dtype=float)
        found.append((_seen(before, horizon, free, seen), came))
    return found


def bands(past: pd.Series, middle: np.ndarray, errors: np.ndarray) -> list[np.ndarray]:
    """Low 95, low 80, high 80, high 95; never crossing the middle.

    Args:
        past: taken where errors are too few.
        middle: shape (horizon,).
        errors: what came of earlier middles on open days, as a share of them, less 1.
    """
    if len(errors) < FEWEST_ERRORS:
        lately = open_past(past).iloc[-FEWEST_ERRORS:]
        means = lately.groupby(lately.index.dayofweek).transform("mean")
        errors = (lately / means.where(means > 0) - 1).dropna().to_numpy()
    shares = WIDE * np.quantile(errors, QUANTILES) if len(errors) else np.zeros(len(QUANTILES))
    if len(errors):
        shares = np.maximum(shares, min(-1.0, errors.min()))  # no revenue below 0 where there never was
    size = np.abs(middle)
    return [
        middle + size * (min(share, 0.0) if place < len(QUANTILES) // 2 else max(share, 0.0))
        for place, share in enumerate(shares)
    ]


def _seen(past: pd.Series, horizon: int, free: Collection[date], seen: Seen) -> Middle:
    key = (past.index[-1], horizon)
    if key not in seen:
        seen[key] = middle(past, horizon, free)
    return seen[key]


def _last_years_share(folds: Sequence[tuple[Middle, np.ndarray]]) -> float:
    """None of it where earlier forecasts were clearly better without."""
    told = [(made, came) for made, came in folds if made.last_year is not None]
    if len(told) < FEWEST_FOLDS_OF_YEARS:
        return LAST_YEARS_SHARE
    with_it, without = (
        sum(np.abs(came - made.by(share)[: len(came)]).sum() for made, came in told)
        for share in (LAST_YEARS_SHARE, 0.0)
    )
    return LAST_YEARS_SHARE if with_it <= CLEARLY_WORSE * without else 0.0


def _errors(folds: Sequence[tuple[Middle, np.ndarray]], share: float) -> np.ndarray:
    found = [np.array([])]
    for made, came in folds:
        then = made.by(share)[: len(came)]
        counted = made.is_open[: len(came)] & (then > 0)
        found.append(came[counted] / then[counted] - 1)
    return np.concatenate(found)
