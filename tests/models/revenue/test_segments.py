"""Segments add up to the total, small ones stand together, and one giant day makes no share."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.revenue.forecast import forecast
from models.revenue.segments import forecast_segments, shares, told_apart


def made(days=120, **level):
    index = pd.date_range("2026-01-05", periods=days)
    return pd.DataFrame({name: np.full(days, float(each)) for name, each in level.items()}, index=index)


def test_shares_are_of_the_last_half_year():
    frame = made(300, DE=60, FR=40)
    frame.iloc[:118] = 1e6
    np.testing.assert_allclose(shares(frame), [0.6, 0.4])


def test_a_giant_day_makes_no_share():
    frame = made(DE=60, FR=40)
    frame.iloc[5, 1] = 1e6
    np.testing.assert_allclose(shares(frame), [0.6, 0.4])


def test_a_segment_that_only_gave_credit_has_no_share():
    np.testing.assert_allclose(shares(made(DE=60, FR=-10)), [1.0, 0.0])


def test_small_and_new_segments_stand_together():
    frame = made(A=9, B=8, C=7, D=6, E=5, F=4, rare=0, new=0)
    frame.loc[frame.index[::10], "rare"] = 100.0
    frame.loc[frame.index[-30:], "new"] = 50.0
    found = told_apart(frame)
    assert list(found) == ["A", "B", "C", "D", "E", "other"]
    np.testing.assert_allclose(found.sum(axis=1), frame.sum(axis=1))
    assert list(told_apart(made(DE=1, FR=2))) == ["FR", "DE"]


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000))
def test_segments_add_up_to_the_total_and_their_bands_hold_them(seed):
    frame = made(120, DE=0, FR=0, IT=0)
    frame += np.random.default_rng(seed).exponential([50, 20, 5], frame.shape)
    frame.loc[frame.index[::2], "IT"] = 0.0
    total = forecast(frame.sum(axis=1).iloc[:50], 14)
    before = [(frame.index[70], np.full(14, 75.0)), (frame.index[84], np.full(14, 75.0))]
    found = forecast_segments(frame, total, before)
    np.testing.assert_allclose(sum(each.middle for each in found.values()), total.middle)
    for each in found.values():
        assert (each.low_95 <= each.low_80).all()
        assert (each.low_80 <= each.middle).all()
        assert (each.middle <= each.high_80).all()
        assert (each.high_80 <= each.high_95).all()
        assert each.low_95.min() == pytest.approx(0) or each.low_95.min() > 0
