"""Days on which the seller is open: weekdays, public holidays, the turn of the year; learned from the past.

Closed days are told apart first, because nothing else moves a daily forecast as much: on Online Retail the
error of every method falls by a tenth once they are left out of the past and set to nothing in the future.
"""

from collections.abc import Collection
from datetime import date

import holidays
import numpy as np
import pandas as pd

WEEKS_CLOSED = 8
"""A weekday without revenue for so long is closed."""
WEEKS_COUNTED = 26
MOSTLY_SOLD = 0.8
"""Of a weekday's days; with revenue on fewer, a day without is no closed day but an ordinary one."""
FEWEST_HOLIDAYS = 2
"""Seen on open weekdays, before it is said whether the seller closes on them."""
TURN_OF_THE_YEAR = ((12, 24), (1, 3))
"""Month and day, first and last: closed where it was closed a year before. Other closures move."""


def public_holidays(country: str | None, first: date, last: date) -> frozenset[date]:
    """Public holidays of a country.

    Args:
        country: ISO 3166-1 alpha-2; None, or one that is not known, has none.
    """
    if country is None or country not in holidays.list_supported_countries():
        return frozenset()
    years = range(first.year, last.year + 1)
    return frozenset(day for day in holidays.country_holidays(country, years=years) if first <= day <= last)


def open_past(past: pd.Series) -> pd.Series:
    """The open days of the past: those with revenue on a weekday that is open now.

    A weekday with a fifth of its days without revenue sells now and then: its days of nothing count, but for
    the turn of the year.

    Args:
        past: one value a calendar day, oldest first.
    """
    closed, rare = closed_weekdays(past), _sold_now_and_then(past)
    ordinary = past.index.dayofweek.isin(rare) & ~_at_the_turn_of_the_year(past.index)
    return past[((past != 0) | ordinary) & ~past.index.dayofweek.isin(closed)]


def open_future(past: pd.Series, days: pd.DatetimeIndex, free: Collection[date]) -> np.ndarray:
    """Which days to come are open.

    Args:
        past: one value a calendar day, oldest first; the days follow it.
        free: public holidays, of the past too.

    Returns:
        bool, shape (days,).
    """
    closed = closed_weekdays(past)
    rests = _rests_on(past, closed, free)
    shut = [
        day.dayofweek in closed or (rests and day.date() in free) or _was_shut_a_year_ago(past, day)
        for day in days
    ]
    return ~np.array(shut, dtype=bool)


def closed_weekdays(past: pd.Series) -> frozenset[int]:
    """Weekdays (Monday 0) without revenue in the last weeks."""
    last = past.iloc[-7 * WEEKS_CLOSED :]
    had = set(last.index.dayofweek[last != 0])
    return frozenset(range(7)) - had


def _sold_now_and_then(past: pd.Series) -> frozenset[int]:
    """Weekdays with revenue on too few of their days, since they first had any."""
    counted = past.iloc[-7 * WEEKS_COUNTED :]
    counted = counted[~_at_the_turn_of_the_year(counted.index)]
    found = set()
    for weekday, values in counted.groupby(counted.index.dayofweek):
        had = (values != 0).to_numpy()
        if had.any() and had[had.argmax() :].mean() < MOSTLY_SOLD:
            found.add(int(weekday))
    return frozenset(found)


def _rests_on(past: pd.Series, closed: Collection[int], free: Collection[date]) -> bool:
    """Whether most public holidays of the past that fell on open weekdays had no revenue."""
    seen = [value == 0 for day, value in past.items() if day.date() in free and day.dayofweek not in closed]
    return len(seen) >= FEWEST_HOLIDAYS and sum(seen) * 2 > len(seen)


def _was_shut_a_year_ago(past: pd.Series, day: pd.Timestamp) -> bool:
    if not _at_the_turn_of_the_year(pd.DatetimeIndex([day]))[0]:
        return False
    before = day - pd.DateOffset(years=1)
    return before in past.index and bool(past[before] == 0)


def _at_the_turn_of_the_year(days: pd.DatetimeIndex) -> np.ndarray:
    (first_month, first), (last_month, last) = TURN_OF_THE_YEAR
    return np.asarray(
        ((days.month == first_month) & (days.day >= first))
        | ((days.month == last_month) & (days.day <= last))
    )
