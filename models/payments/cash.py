"""What comes in, week by week, from invoices that are open; with bands."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.payments.timing import DAYS

WEEKS = 13
BAND_80, BAND_95 = 1.2816, 1.96
"""Standard deviations to either side, of a normal distribution."""


@dataclass(frozen=True)
class Week:
    """Cash of a week, major units."""

    monday: pd.Timestamp
    middle: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float


def by_day(frame: pd.DataFrame, chances: np.ndarray, now: pd.Timestamp, days: int) -> np.ndarray:
    """Chance of each invoice to be paid on each of the next days, shape (invoices, days)."""
    start = (now - frame.due_date).dt.days.to_numpy()[:, None] + 1 + np.arange(days)[None, :]
    place = start - DAYS[0]
    within = (place >= 0) & (place < len(DAYS))
    return np.asarray(
        np.where(within, np.take_along_axis(chances, place.clip(0, len(DAYS) - 1), axis=1), 0.0)
    )


def expected(frame: pd.DataFrame, chances: np.ndarray, now: pd.Timestamp, days: int) -> float:
    """Money that comes in within so many days."""
    return float((by_day(frame, chances, now, days).sum(axis=1) * frame.open_amount.to_numpy()).sum())


def weeks(frame: pd.DataFrame, chances: np.ndarray, now: pd.Timestamp, error: float) -> list[Week]:
    """Cash of 13 weeks, the running one first.

    Args:
        frame: open invoices of one currency.
        error: of earlier 28-day sums, as a share of them: what all invoices have in common.
    """
    monday = now - pd.Timedelta(days=now.dayofweek)
    if now.dayofweek == 6:  # noqa: PLR2004  Sunday evening: the week is over
        monday += pd.Timedelta(days=7)
    daily = by_day(frame, chances, now, 7 * WEEKS)
    ahead = now + pd.to_timedelta(np.arange(1, 7 * WEEKS + 1), unit="D")
    week = ((ahead - monday).days // 7).to_numpy()
    amount = frame.open_amount.to_numpy()
    found = []
    for number in range(WEEKS):
        share = daily[:, week == number].sum(axis=1)
        middle = float((amount * share).sum())
        alone = float((amount**2 * share * (1 - share)).sum())
        spread = np.sqrt(alone + (error * middle) ** 2)
        bands = [max(middle + sign * width * spread, 0.0) for width in (BAND_80, BAND_95) for sign in (-1, 1)]
        found.append(Week(monday + pd.Timedelta(days=7 * number), middle, *bands))
    return found
