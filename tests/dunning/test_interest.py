"""Default interest: worked out by hand, and laws that hold of every balance."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakturo.dunning.interest import Rates, Segment, Step, balance_on, interest_minor, segments
from fakturo.dunning.terms import base_rates, end_of_half_year, legal_rates

NINE = legal_rates({}, Decimal(9))
TEN_PCT = Rates((Step(date.min, Decimal(10)),))
DAYS = st.dates(date(2019, 1, 1), date(2026, 6, 30))


def test_over_a_change_of_the_base_rate_and_a_payment():
    """10,000.00 EUR due on 31 May 2025, 4,000.00 paid on 16 June, as of 31 July.

    1 to 15 June: 10,000.00 at 2.27 + 9 = 11.27 %, 15 days: 10,000 x .1127 x 15 / 365 = 46.3151
    16 to 30 June: 6,000.00 at 11.27 %, 15 days: 6,000 x .1127 x 15 / 365 = 27.7890
    1 to 31 July: 6,000.00 at 1.27 + 9 = 10.27 %, 31 days: 6,000 x .1027 x 31 / 365 = 52.3348
    Together 126.4389, rounded 126.44.
    """
    paid = [(date(2025, 6, 16), 4_000_00)]
    found = segments(10_000_00, paid, date(2025, 5, 31), date(2025, 7, 31), NINE)
    assert found == [
        Segment(date(2025, 6, 1), date(2025, 6, 15), 10_000_00, Decimal("11.27")),
        Segment(date(2025, 6, 16), date(2025, 6, 30), 6_000_00, Decimal("11.27")),
        Segment(date(2025, 7, 1), date(2025, 7, 31), 6_000_00, Decimal("10.27")),
    ]
    assert [each.days for each in found] == [15, 15, 31]
    assert interest_minor(found) == 126_44


def test_a_whole_year_at_the_rate_of_the_law():
    """5,000.00 EUR due on 31 December 2020: all of 2021 at -0.88 + 9 = 8.12 % is 406.00."""
    found = segments(5_000_00, [], date(2020, 12, 31), date(2021, 12, 31), NINE)
    assert interest_minor(found) == 406_00


def test_a_leap_year_counts_365_days_too():
    """1,000.00 at 10 % over the 366 days of 2024: 1,000 x .1 x 366 / 365 = 100.274."""
    assert interest_minor(segments(1_000_00, [], date(2023, 12, 31), date(2024, 12, 31), TEN_PCT)) == 100_27


def test_is_rounded_once_and_half_away_from_zero():
    """3.65 at 10 % for 5 days: 365 x 10 x 5 / 36,500 = 0.5 cents -> 1; two such segments are 1, not 2."""
    due = date(2026, 1, 31)
    assert interest_minor(segments(365, [], due, due + timedelta(days=5), TEN_PCT)) == 1
    assert interest_minor([Segment(date(2026, 2, 1), date(2026, 2, 5), 365, Decimal(10))] * 2) == 1


@pytest.mark.parametrize(("days", "minor"), [(-1, 0), (0, 0), (1, 27), (2, 55)])
def test_runs_from_the_day_after_the_due_date(days, minor):
    """1,000.00 at 10 %: 27.397 cents a day."""
    due = date(2026, 3, 31)
    assert interest_minor(segments(1_000_00, [], due, due + timedelta(days=days), TEN_PCT)) == minor


def test_a_payment_that_was_taken_back_raises_the_base_from_that_day_on():
    """365.00 at 10 % is .10 a day: 10 days, then 5 days paid in full, then 5 days again: 1.50."""
    due = date(2026, 3, 31)
    moved = [(date(2026, 4, 11), 365_00), (date(2026, 4, 16), -365_00)]
    found = segments(365_00, moved, due, date(2026, 4, 20), TEN_PCT)
    assert [(each.days, each.balance_minor) for each in found] == [(10, 365_00), (5, 365_00)]
    assert interest_minor(found) == 1_50


def test_ends_with_the_last_half_year_whose_base_rate_is_known():
    last = max(base_rates())
    until = end_of_half_year(last)
    found = segments(1_000_00, [], last, until + timedelta(days=90), NINE)
    assert found[-1].last == until


def test_a_rate_of_one_s_own_goes_on_where_the_table_ends():
    last = max(base_rates())
    begins = end_of_half_year(last) + timedelta(days=1)
    rates = legal_rates({begins: Decimal(3)}, Decimal(9))
    found = segments(365_00, [], end_of_half_year(last), begins + timedelta(days=9), rates)
    assert found == [Segment(begins, begins + timedelta(days=9), 365_00, Decimal(12))]


def test_the_table_has_every_half_year_since_2002():
    days = sorted(base_rates())
    assert days[0] == date(2002, 1, 1)
    for before, after in pairwise(days):
        assert end_of_half_year(before) + timedelta(days=1) == after


@pytest.mark.parametrize(
    ("day", "pct"),
    [("2002-01-01", "2.57"), ("2013-01-01", "-0.13"), ("2016-07-01", "-0.88"), ("2024-01-01", "3.62")],
)
def test_base_rates_are_those_that_the_bundesbank_announced(day, pct):
    assert base_rates()[date.fromisoformat(day)] == Decimal(pct)


MOVES = st.lists(st.tuples(DAYS, st.integers(1, 400)), max_size=4)


@settings(deadline=None)  # a busy machine
@given(total=st.integers(1, 10**9), pcts=MOVES, due=DAYS, length=st.integers(0, 900))
def test_the_segments_add_up_to_each_day_by_itself(total, pcts, due, length):
    """Payments of so many thousandths; the sum over days, written here, is the sum over segments exactly."""
    paid = [(on, total * share // 2000) for on, share in pcts]
    as_of = due + timedelta(days=length)
    found = segments(total, paid, due, as_of, NINE)
    by_day = Decimal(0)
    for offset in range(1, length + 1):
        day = due + timedelta(days=offset)
        if day > NINE.until:
            break
        base = max(since for since in base_rates() if since <= day)
        by_day += balance_on(total, paid, day) * (base_rates()[base] + 9) / Decimal(36500)
    assert abs(sum((each.exact for each in found), Decimal(0)) - by_day) < Decimal("1e-9") * (1 + by_day)
    assert all(first.last < second.first for first, second in pairwise(found))


@settings(deadline=None)  # a busy machine
@given(
    total=st.integers(1, 10**9), pcts=MOVES, due=DAYS, length=st.integers(0, 900), more=st.integers(0, 300)
)
def test_never_falls_with_time_while_something_is_owed(total, pcts, due, length, more):
    paid = [(on, total * share // 2000) for on, share in pcts]
    early, late = (
        interest_minor(segments(total, paid, due, due + timedelta(days=days), NINE))
        for days in (length, length + more)
    )
    assert 0 <= early <= late
