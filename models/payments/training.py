"""What the models of late payment are fitted on: each past invoice with its features as of before it."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from models.payments.features import habits, outcomes

STEP = pd.Timedelta(days=14)
"""Features are taken as of the start of such windows: no invoice knows of others in its own."""
WARM_UP = pd.Timedelta(days=60)
"""Of the first days no outcome is known yet."""
LATEST = 20_000
"""Invoices at most that a model is fitted on; older ones say little of today."""


class Training(NamedTuple):
    """Past invoices whose outcome is known."""

    features: pd.DataFrame
    is_late: np.ndarray
    frame: pd.DataFrame


def describe(frame: pd.DataFrame) -> pd.DataFrame:
    """Features of every invoice as of the start of its window; the first invoices have none.

    They do not depend on the day from which one looks back, so that all of a backtest shares them.
    """
    parts: list[pd.DataFrame] = []
    start, last = frame.issue_date.min() + WARM_UP, frame.issue_date.max()
    while start < last:
        window = frame[(frame.issue_date > start) & (frame.issue_date <= start + STEP)]
        before = outcomes(frame, start) if len(window) else window
        if len(before):
            parts.append(habits(window, before))
        start += STEP
    return pd.concat(parts) if parts else pd.DataFrame()


def training(frame: pd.DataFrame, described: pd.DataFrame, moment: pd.Timestamp) -> Training | None:
    """Invoices whose outcome was known at a moment.

    Args:
        described: of `describe`, for the same frame.

    Returns:
        None where there is none.
    """
    known = outcomes(frame, moment)
    used = known[known.index.isin(described.index)].iloc[-LATEST:]
    if used.empty:
        return None
    return Training(described.loc[used.index], used.is_late.to_numpy(), used)
