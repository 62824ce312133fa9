"""Series of any season, and the competition's measures worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.models.competition import mase, naive2, smape_pct
from models.revenue.series import forecast_series, seasonal_indices

PATTERN = np.array([0.5, 0.7, 0.9, 1.1, 1.3, 1.5, 1.5, 1.3, 1.1, 0.9, 0.7, 0.5])


@pytest.mark.parametrize("season", [1, 12, 52])
def test_short_and_flat_series_go_on_as_they_end(season):
    assert forecast_series(np.array([3.0]), season, 3).tolist() == [3, 3, 3]
    assert forecast_series(np.full(200, 5.0), season, 2).tolist() == [5, 5]


def test_an_empty_series_is_refused():
    with pytest.raises(ValueError, match="at least one value"):
        forecast_series(np.array([]), 12, 3)


def test_months_that_repeat_are_forecast_as_they_were():
    found = forecast_series(np.tile(100 * PATTERN, 6), 12, 18)
    np.testing.assert_allclose(found, np.resize(100 * PATTERN, 18), rtol=0.03)


def test_weeks_of_a_year_that_repeat_are_forecast_as_they_were():
    weeks = 1000 + 300 * np.sin(2 * np.pi * np.arange(52 * 4) / 52)
    found = forecast_series(weeks, 52, 13)
    np.testing.assert_allclose(found, weeks[:13], rtol=0.1)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), season=st.sampled_from([1, 4, 12, 52]), above=st.sampled_from([0.0, 500.0]))
def test_every_series_has_a_finite_forecast(seed, season, above):
    chance = np.random.default_rng(seed)
    values = above + chance.normal(0, 100, chance.integers(2, 130))
    found = forecast_series(values, season, 7)
    assert found.shape == (7,)
    assert np.isfinite(found).all()


def test_indices_are_the_pattern_where_it_is_no_chance():
    np.testing.assert_allclose(seasonal_indices(np.tile(PATTERN, 5) * 80, 12), PATTERN, rtol=1e-6)


def test_indices_shrink_to_nothing_where_they_are_chance():
    values = 100 + np.random.default_rng(3).normal(0, 10, 60)
    assert np.ptp(seasonal_indices(values, 12)) < 0.5 * np.ptp(values[:12] / values[:12].mean())


def test_the_competitions_measures_are_as_written_down():
    came, made = np.array([100.0, 200.0]), np.array([110.0, 180.0])
    assert smape_pct(came, made) == pytest.approx((200 * 10 / 210 + 200 * 20 / 380) / 2)
    past = np.array([1.0, 3.0, 2.0, 6.0])  # steps of one: 2, 1, 4; of two: 1, 3
    assert mase(past, came, made, 1) == pytest.approx(15 / (7 / 3))
    assert mase(past, came, made, 2) == pytest.approx(15 / 2)


def test_naive2_is_the_last_value_unless_the_season_is_proven():
    assert naive2(np.array([5.0, 1.0, 7.0]), 12, 2).tolist() == [7, 7]
    weeks = np.random.default_rng(1).normal(100, 10, 80)
    assert naive2(weeks, 1, 2).tolist() == [weeks[-1]] * 2
    np.testing.assert_allclose(naive2(np.tile(PATTERN, 5), 12, 12), PATTERN, rtol=1e-6)
