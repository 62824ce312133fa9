"""Whom to call first: open invoices by what waiting is expected to lose, with the reasons in words.

Expected loss of an invoice: what is open of it, times the chance that it is not paid within 60 days after its
due date (within 30 days from now where that is over), and the interest of the days by which it is late.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.payments.cash import by_day
from models.payments.timing import LATEST

GRACE_DAYS, SOON_DAYS = 60, 30
INTEREST_A_DAY = 0.1 / 365
"""About what the law gives for late payment between businesses; it ranks those who pay in the end."""
MOST_REASONS = 3
HIGH_RATE, LOW_RATE = 0.6, 0.2


@dataclass(frozen=True)
class Case:
    """An open invoice in the list."""

    invoice_id: str
    currency: str
    loss: float
    rank: int
    reasons: tuple[str, ...]


def worklist(
    frame: pd.DataFrame, chances: np.ndarray, features: pd.DataFrame, now: pd.Timestamp
) -> list[Case]:
    """Rank open invoices, by currency.

    Args:
        frame: open invoices, without those in dispute.
        chances: of `backtest.chances`, a row each.
        features: of `features.habits`, a row each.
    """
    until = np.maximum((frame.due_date - now).dt.days.to_numpy() + GRACE_DAYS, SOON_DAYS)
    daily = np.cumsum(by_day(frame, chances, now, LATEST), axis=1)
    paid = daily[np.arange(len(frame)), np.minimum(until, LATEST) - 1] if len(frame) else np.array([])
    daily_late = (1 - daily) * (np.arange(1, LATEST + 1) > (frame.due_date - now).dt.days.to_numpy()[:, None])
    share = np.clip(1 - paid, 0, 1) + INTEREST_A_DAY * daily_late[:, :LATEST].sum(axis=1)
    listed = frame.assign(loss=frame.open_amount.to_numpy() * share)
    listed["overdue"] = (now - frame.due_date).dt.days.clip(lower=0)
    listed["rank"] = listed.groupby("currency").loss.rank(method="first", ascending=False).astype(int)
    listed["oldest"] = listed.groupby("currency").overdue.rank(method="first", ascending=False).astype(int)
    return [
        Case(row.invoice_id, row.currency, float(row.loss), int(row.rank_), _reasons(row, habit))
        for row, habit in zip(
            listed.rename(columns={"rank": "rank_"}).itertuples(), features.itertuples(), strict=True
        )
    ]


def _reasons(row: object, habit: object) -> tuple[str, ...]:
    """In words, the strongest first."""
    told = []
    overdue, count = int(row.overdue), round(float(np.expm1(habit.known)))  # type: ignore[attr-defined]
    if overdue > 0:
        told.append(f"Overdue by {overdue} days, number {row.oldest} by age.")  # type: ignore[attr-defined]
    if count == 0:
        told.append("Nothing is known of how this customer pays; the average stands in.")
    elif habit.late_rate >= HIGH_RATE or habit.late_rate <= LOW_RATE:  # type: ignore[attr-defined]
        told.append(f"Pays {100 * habit.late_rate:.0f} % of its invoices late ({count} known).")  # type: ignore[attr-defined]
    if count and abs(habit.delay_days) >= 1:  # type: ignore[attr-defined]
        days = habit.delay_days  # type: ignore[attr-defined]
        told.append(f"Usually pays {abs(days):.0f} days {'after' if days > 0 else 'before'} the due date.")
    if habit.amount_to_usual > np.log(2):  # type: ignore[attr-defined]
        told.append(f"{np.exp(habit.amount_to_usual):.1f} times its usual amount.")  # type: ignore[attr-defined]
    return tuple(told[:MOST_REASONS]) or ("As most invoices are.",)
