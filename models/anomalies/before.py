"""Statistics of what came before a row: of its group, from earlier documents only.

Rows are in order of time; rows of one document share a `moment` and never count for each other.
"""

import numpy as np
import pandas as pd
from pandas.api.indexers import BaseIndexer


def codes(*columns: pd.Series | np.ndarray) -> np.ndarray:
    """One integer a distinct combination, shape (rows,); -1 where a part is missing."""
    joined = np.zeros(len(columns[0]), dtype=np.int64)
    missing = np.zeros(len(columns[0]), dtype=bool)
    for column in columns:
        part, names = pd.factorize(np.asarray(column))
        missing |= part < 0
        joined = joined * (len(names) + 1) + part + 1
        joined = pd.factorize(joined)[0]
    joined[missing] = -1
    return joined


class _Window(BaseIndexer):  # type: ignore[misc]  # pandas has no types here
    """Rows from `low` up to, without, `high`. A subclass, since pandas asks for one."""

    def __init__(self, low: np.ndarray, high: np.ndarray) -> None:
        super().__init__()
        self._bounds = (low, high)

    def get_window_bounds(
        self,
        num_values: int = 0,  # noqa: ARG002  pandas checks the names
        min_periods: int | None = None,  # noqa: ARG002
        center: bool | None = None,  # noqa: ARG002
        closed: str | None = None,  # noqa: ARG002
        step: int | None = None,  # noqa: ARG002
    ) -> tuple[np.ndarray, np.ndarray]:
        """As they were given."""
        return self._bounds


class Before:
    """Rows sorted by group and time, to ask several statistics of."""

    def __init__(self, group: np.ndarray, moment: np.ndarray) -> None:
        """Sort once.

        Args:
            group: integers, shape (rows,); rows of group -1 have no past.
            moment: integers that never fall, shape (rows,): the document's place in time.
        """
        self._order = np.argsort(group, kind="stable")
        self._group = group[self._order]
        self._moment = moment[self._order]
        self._missing = self._group < 0
        same_group = np.r_[False, self._group[1:] == self._group[:-1]]
        same_document = same_group & np.r_[False, self._moment[1:] == self._moment[:-1]]
        rows = np.arange(len(group))
        self._starts = np.maximum.accumulate(np.where(same_group, 0, rows))
        self._first = np.maximum.accumulate(np.where(same_document, 0, rows))
        """Of each row, the first of its document in its group."""

    def count(self) -> np.ndarray:
        """Earlier rows of the group, shape (rows,)."""
        return self._back(np.where(self._missing, 0, self._first - self._starts).astype(float))

    def documents(self) -> np.ndarray:
        """Earlier documents of the group, shape (rows,)."""
        opens = (self._first == np.arange(len(self._first))).astype(float)
        seen = np.cumsum(opens) - opens
        return self._back(np.where(self._missing, 0, (seen - seen[self._starts])[self._first]))

    def median(self, values: np.ndarray, rows: int) -> np.ndarray:
        """Median of the group's last `rows` earlier rows that have a value; NaN without."""
        return self._rolled(values, rows, "median")

    def quantile(self, values: np.ndarray, rows: int, share: float) -> np.ndarray:
        """Quantile of the group's last `rows` earlier rows, of two the one nearer to the middle."""
        towards = "higher" if share < 0.5 else "lower"  # noqa: PLR2004  the middle
        return self._rolled(values, rows, "quantile", q=share, interpolation=towards)

    def highest(self, values: np.ndarray) -> np.ndarray:
        """Highest of the group's earlier rows."""
        top = pd.Series(values[self._order].astype(float)).groupby(self._group, sort=False).cummax()
        return self._shifted(top.groupby(self._group, sort=False).ffill().to_numpy())

    def mean(self, values: np.ndarray, rows: int) -> np.ndarray:
        """Mean of the group's last `rows` earlier rows."""
        return self._rolled(values, rows, "mean")

    def spread(self, values: np.ndarray, rows: int) -> np.ndarray:
        """Standard deviation of the group's last `rows` earlier rows."""
        return self._rolled(values, rows, "std")

    def total(self, values: np.ndarray) -> np.ndarray:
        """Sum over all of the group's earlier rows."""
        sorted_values = np.nan_to_num(values[self._order].astype(float))
        seen = np.cumsum(sorted_values) - sorted_values
        return self._back(np.where(self._missing, 0.0, (seen - seen[self._starts])[self._first]))

    def last(self, values: np.ndarray) -> np.ndarray:
        """Value of the group's latest earlier row; NaN without."""
        return self._shifted(values[self._order].astype(float))

    def pairs(self, seconds: np.ndarray, within: float) -> tuple[np.ndarray, np.ndarray]:
        """Moments of each row and of every earlier document of its group that is not older than `within`.

        Args:
            seconds: of each moment, shape (moments,).
        """
        at, found = self._first - 1, []
        open_rows = np.flatnonzero(~self._missing)
        while len(open_rows):
            near = at[open_rows] >= self._starts[open_rows]
            open_rows = open_rows[near]
            apart = seconds[self._moment[open_rows]] - seconds[self._moment[at[open_rows]]]
            open_rows = open_rows[apart <= within]
            found.append((self._moment[open_rows], self._moment[at[open_rows]]))
            at[open_rows] = self._first[at[open_rows]] - 1
        rows = [each for each, _ in found] or [np.array([], dtype=np.int64)]
        earlier = [each for _, each in found] or [np.array([], dtype=np.int64)]
        return np.concatenate(rows), np.concatenate(earlier)

    def _rolled(self, values: np.ndarray, rows: int, how: str, **asked: object) -> np.ndarray:
        window = _Window(np.maximum(self._first - rows, self._starts), self._first)
        rolled = pd.Series(values[self._order].astype(float)).rolling(window, min_periods=1)
        found = getattr(rolled, how)(**asked).to_numpy()
        return self._back(np.where(self._missing, np.nan, found))

    def _shifted(self, values: np.ndarray) -> np.ndarray:
        """Of each row what stood at the row before the first of its document."""
        before = self._first - 1
        found = np.where(self._first > self._starts, values[np.maximum(before, 0)], np.nan)
        return self._back(np.where(self._missing, np.nan, found))

    def _back(self, values: np.ndarray) -> np.ndarray:
        found = np.empty(len(values))
        found[self._order] = values
        return found
