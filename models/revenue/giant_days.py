"""A single giant order must not set the level of the days to come, and is not lost either.

What a day had above the cap is spread evenly over all open days, so that a seller whose revenue comes in few
large orders keeps its mean.
"""

import pandas as pd

CAP = 1.5
"""Times what nine of ten days with revenue around it stay below. On Online Retail one order of 74,215 pieces,
taken back the same day, raised the next 30 days by half without it."""
ORDINARY = 0.9
AROUND_DAYS = 57
"""Open days around a day, itself in the middle; fewer at the ends."""
FEWEST_DAYS = 10


def calmed(opened: pd.Series) -> pd.Series:
    """Open days with giant ones cut, and what was cut spread over all; the sum stays.

    Args:
        opened: open days, oldest first; credit notes can make a day negative.
    """
    sold = opened.where(opened != 0)
    around = sold.rolling(AROUND_DAYS, center=True, min_periods=FEWEST_DAYS).quantile(ORDINARY)
    most = CAP * around.fillna(sold.quantile(ORDINARY)).abs()
    cut = opened.clip(lower=-most, upper=most)
    left, total = float(cut.sum()), float(opened.sum())
    return cut * (total / left) if left > 0 and total > 0 else cut
