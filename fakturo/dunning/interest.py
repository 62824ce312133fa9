"""Default interest: simple, on the balance of each day, days / 365. Pure.

It runs from the day after the due date up to and with the day asked for. A payment lowers the balance from
its own day on. Interest bears no interest (sec. 289 BGB). A year counts 365 days, also a leap year
(actual/365 fixed). Nothing is rounded but the sum of all segments of an invoice, half away from zero.
Source: sections 187, 247, 286, 288, 289 BGB.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

DAYS_OF_A_YEAR = 365
_DAY = timedelta(days=1)


class Step(NamedTuple):
    """A rate and the day from which it holds."""

    since: date
    pct: Decimal
    """Percent a year."""


class Rates(NamedTuple):
    """Rates of interest over time."""

    steps: tuple[Step, ...]
    """By day, each holds until the next."""
    until: date | None = None
    """Last day for which a rate is known; None: the last one holds on."""


class Segment(NamedTuple):
    """Days in a row on which neither balance nor rate changed."""

    first: date
    last: date
    """With it."""
    balance_minor: int
    pct: Decimal

    @property
    def days(self) -> int:
        """How many, both ends counted."""
        return (self.last - self.first).days + 1

    @property
    def exact(self) -> Decimal:
        """Interest in minor units, not rounded."""
        return self.balance_minor * self.pct * self.days / (100 * DAYS_OF_A_YEAR)


def balance_on(total_minor: int, changes: Iterable[tuple[date, int]], day: date) -> int:
    """What was open at the end of a day.

    Args:
        changes: (day, minor units that it settled; < 0 where that was taken back).
    """
    return total_minor - sum(amount for on, amount in changes if on <= day)


def segments(
    total_minor: int, changes: Sequence[tuple[date, int]], due_date: date, as_of: date, rates: Rates
) -> list[Segment]:
    """The days after `due_date` up to `as_of` on which something was owed at a known rate, oldest first."""
    first = due_date + _DAY
    last = as_of if rates.until is None else min(as_of, rates.until)
    if last < first:
        return []
    turns = {first, *(on for on, _ in changes), *(step.since for step in rates.steps)}
    begins = sorted(day for day in turns if first <= day <= last)
    found: list[Segment] = []
    for begin, end in zip(begins, [*(day - _DAY for day in begins[1:]), last], strict=True):
        owed = balance_on(total_minor, changes, begin)
        known = [step.pct for step in rates.steps if step.since <= begin]
        if owed <= 0 or not known or not known[-1]:
            continue
        before = found[-1] if found else None
        if before and before.last + _DAY == begin and before[2:] == (owed, known[-1]):
            found[-1] = before._replace(last=end)
        else:
            found.append(Segment(begin, end, owed, known[-1]))
    return found


def interest_minor(parts: Iterable[Segment]) -> int:
    """Interest of all segments together, rounded once, half away from zero."""
    return int(sum((each.exact for each in parts), Decimal(0)).quantize(Decimal(1), ROUND_HALF_UP))
