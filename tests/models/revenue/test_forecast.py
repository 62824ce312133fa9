"""A forecast says what it cannot know, keeps closed days empty, and knows nothing of what comes after."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.revenue.backtest import backtest, rolling_origins
from models.revenue.forecast import NotEnoughData, forecast
from models.revenue.open_days import open_past
from models.revenue.year_ago import year_ago


def made(days, seed=1, *, noise=20.0):
    """Revenue with a week's shape, closed on Sundays."""
    index = pd.date_range("2026-01-05", periods=days)
    shape = np.array([120.0, 100, 90, 110, 140, 60, 0])[index.dayofweek]
    chance = np.random.default_rng(seed)
    return pd.Series(shape + np.where(shape > 0, chance.normal(0, noise, days), 0), index=index)


@pytest.mark.parametrize("days", [0, 1, 13])
def test_too_little_history_is_said(days):
    with pytest.raises(NotEnoughData, match=f"There are {days} days since the first revenue"):
        forecast(made(days), 30)


def test_days_before_the_first_revenue_are_no_history():
    past = made(60)
    past.iloc[:50] = 0.0
    with pytest.raises(NotEnoughData, match="There are 10 days"):
        forecast(past, 30)


def test_a_business_that_stopped_has_no_forecast():
    past = made(120)
    past.iloc[-60:] = 0.0
    with pytest.raises(NotEnoughData, match="no revenue in the last eight weeks"):
        forecast(past, 30)


@pytest.mark.parametrize("horizon", [0, 91])
def test_a_horizon_has_bounds(horizon):
    with pytest.raises(ValueError, match="1 to 90 days"):
        forecast(made(100), horizon)


def test_a_short_history_gives_its_weekday_means_marked_low():
    past = made(21, noise=0.0)
    found = forecast(past, 7)
    assert found.confidence == "low"
    assert found.middle.tolist() == [120, 100, 90, 110, 140, 60, 0]


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 1000), times=st.sampled_from([0.01, 7.0, 1e6]))
def test_bands_hold_the_middle_and_the_unit_does_not_matter(seed, times):
    past = made(150, seed)
    one, other = forecast(past, 14), forecast(past * times, 14)
    assert one.confidence == "usual"
    assert (one.low_95 <= one.low_80).all()
    assert (one.low_80 <= one.middle).all()
    assert (one.middle <= one.high_80).all()
    assert (one.high_80 <= one.high_95).all()
    sundays = one.days.dayofweek == 6
    assert not one.is_open[sundays].any()
    assert (one.high_95[sundays] == 0).all()
    np.testing.assert_allclose(other.middle, one.middle * times, rtol=0.02)


def test_nothing_after_the_origin_is_known(monkeypatch):
    seen = []

    def told(past, *given):
        seen.append(past)
        return forecast(past, *given)

    monkeypatch.setattr("models.revenue.backtest.forecast", told)
    series = made(130)
    origins = rolling_origins(series, 14, 2, 14)
    assert origins == [series.index[-29], series.index[-15]]
    spoiled = series.copy()
    spoiled.loc[origins[-1] + pd.Timedelta(days=1) :] = 1e9
    backtest(series, origins, 14)
    backtest(spoiled, origins, 14)
    for one, other in zip(seen[:2], seen[2:], strict=True):
        pd.testing.assert_series_equal(one, other)
    assert [past.index[-1] for past in seen[:2]] == origins


def test_a_series_that_repeats_is_forecast_as_it_is():
    series = made(150, noise=0.0)
    found = backtest(series, rolling_origins(series, 14, 2, 14), 14)
    assert found.origins == 2
    assert found.total_error == pytest.approx(0.0, abs=0.01)
    assert (found.cover_80, found.cover_95) == (pytest.approx(1.0, abs=0.1), pytest.approx(1.0, abs=0.1))


def test_last_year_is_carried_half_of_the_way_to_this_years_level():
    index = pd.date_range("2025-01-06", periods=364 + 28)
    past = pd.Series(100.0, index=index)
    past.iloc[28 : 28 + 30] = 300.0  # last February was a good month
    past.iloc[-28:] = 400.0  # and this year sells four times as much: last year's days are doubled
    days = pd.date_range(index[-1] + pd.Timedelta(days=1), periods=10)
    np.testing.assert_allclose(year_ago(open_past(past), days)[9], 600.0)


def test_a_year_and_ten_days_are_enough_for_last_year():
    past = pd.Series(100.0, index=pd.date_range("2025-01-06", periods=364 + 10))
    days = pd.date_range(past.index[-1] + pd.Timedelta(days=1), periods=5)
    np.testing.assert_allclose(year_ago(past, days), 100.0)
    assert year_ago(past.iloc[1:], days) is None


def test_two_years_are_averaged():
    past = pd.Series(100.0, index=pd.date_range("2024-01-01", periods=2 * 364 + 28))
    past.iloc[28:58] = 50.0
    past.iloc[364 + 28 : 364 + 58] = 150.0
    days = pd.date_range(past.index[-1] + pd.Timedelta(days=1), periods=10)
    np.testing.assert_allclose(year_ago(past, days)[9], 100.0)
