"""When an invoice is paid: chances by day around its due date, from the customer and invoices like it.

Discrete hazards: how many of those that were still open on a day were paid on it. So invoices that are open
today count for the days that they have stood, and no more. Before the due date and after it are told apart,
and the probability of being late weighs them.
Source: Kaplan and Meier, "Nonparametric Estimation from Incomplete Observations", JASA, 1958.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

EARLIEST, LATEST = -120, 180
"""Days from the due date; what is not paid by the last is never paid, for our purposes."""
DAYS = np.arange(EARLIEST, LATEST + 1)
DUE = -EARLIEST
"""Place of the due date."""
GROUPS = 8
"""Of invoices by how likely they are late."""
OTHERS = 6.0
"""Weight of the group beside the customer's own invoices."""


@dataclass(frozen=True)
class Timing:
    """Counts by day around the due date: shape (groups or customers, days)."""

    edges: np.ndarray
    """Between groups, of the probability of being late."""
    group_paid: np.ndarray
    group_open: np.ndarray
    customers: dict[str, int]
    customer_paid: np.ndarray
    customer_open: np.ndarray

    def chances(self, customer: pd.Series, late: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Chance of being paid on each day around the due date, given that it is open now.

        Args:
            late: probability of being late, as of the issue date.
            age: days from the due date to now; < 0 before it.

        Returns:
            shape (invoices, len(DAYS)); what a row lacks to 1 is never paid.
        """
        group = np.searchsorted(self.edges, late, side="right")
        paid, still = self.group_paid[group], self.group_open[group]
        scale = OTHERS / np.maximum(still.max(axis=1, keepdims=True), 1.0)
        paid, still = paid * scale, still * scale
        place = customer.map(self.customers)
        known = place.notna().to_numpy()
        own = place[known].astype(int).to_numpy()
        paid[known] += self.customer_paid[own]
        still[known] += self.customer_open[own]
        in_time = _spread(paid[:, : DUE + 1])
        after = _survived(paid[:, DUE + 1 :], still[:, DUE + 1 :])
        found = np.hstack([in_time * (1 - late)[:, None], after * late[:, None]])
        never = late * (1 - after.sum(axis=1))
        found[DAYS[None, :] <= age[:, None]] = 0.0
        left = found.sum(axis=1) + never
        shares: np.ndarray = np.divide(
            found, left[:, None], out=np.zeros_like(found), where=left[:, None] > 0
        )
        return shares


def fit(frame: pd.DataFrame, late: np.ndarray, moment: pd.Timestamp) -> Timing:
    """Count.

    Args:
        frame: invoices whose outcome was known at the moment.
        late: their probability of being late, as of their issue date.
    """
    edges = np.unique(np.quantile(late, np.linspace(0, 1, GROUPS + 1)[1:-1]))
    settled = (frame.settled_date <= moment).to_numpy()
    last = frame.settled_date.where(settled, moment)
    day = np.clip((last - frame.due_date).dt.days.to_numpy(), EARLIEST, LATEST) - EARLIEST
    names = {name: place for place, name in enumerate(frame.customer_id.unique())}
    group = np.searchsorted(edges, late, side="right")
    own = frame.customer_id.map(names).to_numpy()
    group_counts = _counts(group, day, settled, len(edges) + 1)
    return Timing(edges, *group_counts, names, *_counts(own, day, settled, len(names)))


def _counts(
    row: np.ndarray, day: np.ndarray, settled: np.ndarray, rows: int
) -> tuple[np.ndarray, np.ndarray]:
    """(paid on a day, open until it), of each row."""
    paid, ended = np.zeros((rows, len(DAYS))), np.zeros((rows, len(DAYS)))
    np.add.at(paid, (row[settled], day[settled]), 1)
    np.add.at(ended, (row, day), 1)
    return paid, np.cumsum(ended[:, ::-1], axis=1)[:, ::-1]


def _spread(paid: np.ndarray) -> np.ndarray:
    """Shares of those paid in time; on the due date where none was."""
    total = paid.sum(axis=1, keepdims=True)
    shares: np.ndarray = np.divide(paid, total, out=np.zeros_like(paid), where=total > 0)
    shares[total[:, 0] == 0, -1] = 1.0
    return shares


def _survived(paid: np.ndarray, still: np.ndarray) -> np.ndarray:
    """Chances by day from hazards."""
    hazard = np.divide(paid, still, out=np.zeros_like(paid), where=still > 0)
    before = np.cumprod(np.hstack([np.ones((len(paid), 1)), 1 - hazard[:, :-1]]), axis=1)
    return np.asarray(before * hazard)
