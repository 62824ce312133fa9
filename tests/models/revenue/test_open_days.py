"""Closed weekdays, public holidays and the turn of the year are learned from the past alone."""

from datetime import date

import pandas as pd

from models.revenue.open_days import closed_weekdays, open_future, open_past, public_holidays

SATURDAY, SUNDAY = 5, 6


def made(first, days, *, closed=(), shut=()):
    """100 a day; nothing on closed weekdays and on days that were shut."""
    index = pd.date_range(first, periods=days)
    off = [day.dayofweek in closed or day.date().isoformat() in shut for day in index]
    return pd.Series([0.0 if each else 100.0 for each in off], index=index)


def following(past, days):
    return pd.date_range(past.index[-1] + pd.Timedelta(days=1), periods=days)


def test_a_weekday_without_revenue_for_eight_weeks_is_closed():
    past = made("2026-01-05", 70, closed={SUNDAY})
    assert closed_weekdays(past) == {SUNDAY}
    past.iloc[-8] = 50.0  # the Sunday before last
    assert past.index[-8].dayofweek == SUNDAY
    assert closed_weekdays(past) == set()


def test_a_weekday_that_was_closed_and_opened_again_is_open():
    past = pd.concat([made("2026-01-05", 70, closed={SATURDAY}), made("2026-03-16", 14)])
    assert closed_weekdays(past) == set()
    assert (open_past(past) != 0).all()


def test_public_holidays_are_closed_where_they_were():
    free = public_holidays("GB", date(2026, 1, 1), date(2026, 12, 31))
    assert {date(2026, 4, 3), date(2026, 5, 4), date(2026, 5, 25), date(2026, 12, 25)} <= free
    rests = made("2026-03-02", 80, shut={"2026-04-03", "2026-05-04"})  # to 20 May
    works = made("2026-03-02", 80)
    days = following(rests, 6)  # to 26 May
    assert open_future(rests, days, free).tolist() == [True, True, True, True, False, True]
    assert open_future(works, days, free).all()


def test_one_holiday_says_nothing_yet():
    free = frozenset({date(2026, 5, 4), date(2026, 5, 25)})
    past = made("2026-04-13", 40, shut={"2026-05-04"})
    assert open_future(past, following(past, 6), free).all()


def test_the_turn_of_the_year_is_closed_as_it_was():
    shut = {f"2025-12-{day}" for day in range(24, 32)} | {"2026-01-01", "2026-01-02", "2026-08-14"}
    past = made("2025-12-01", 380, shut=shut)  # to 15 December 2026
    days = following(past, 24)  # to 8 January
    closed = days[~open_future(past, days, frozenset())]
    assert [closed[0].date(), closed[-1].date(), len(closed)] == [date(2026, 12, 24), date(2027, 1, 2), 10]


def test_an_unknown_country_has_no_holidays():
    assert public_holidays(None, date(2026, 1, 1), date(2026, 12, 31)) == frozenset()
    assert public_holidays("XX", date(2026, 1, 1), date(2026, 12, 31)) == frozenset()


def test_days_of_nothing_count_where_a_weekday_sells_now_and_then():
    past = made("2026-01-05", 112)
    past[past.index.dayofweek == SATURDAY] = 0.0
    past.loc[past.index[5::14]] = 100.0  # every other Saturday
    found = open_past(past)
    saturdays = found[found.index.dayofweek == SATURDAY]
    assert saturdays.tolist() == [100.0, 0.0] * 8
    past.iloc[[0, 42]] = 0.0  # two Mondays of sixteen: closed on them
    assert (open_past(past)[lambda days: days.index.dayofweek == 0] != 0).all()


def test_the_closed_turn_of_the_year_makes_no_weekday_rare():
    shut = {f"2025-12-{day}" for day in range(24, 32)} | {"2026-01-01", "2026-01-02", "2026-01-03"}
    past = made("2025-12-08", 40, shut=shut)
    assert (open_past(past) != 0).all()
