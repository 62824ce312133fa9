"""One giant order does not set the level; what it brought is not lost."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.revenue.forecast import forecast
from models.revenue.giant_days import calmed


def made(values):
    return pd.Series(np.asarray(values, dtype=float), index=pd.date_range("2026-01-05", periods=len(values)))


def test_a_giant_day_is_cut_and_spread_over_all():
    opened = made([100.0] * 50 + [5_000.0] + [100.0] * 50)
    found = calmed(opened)
    assert found.sum() == pytest.approx(opened.sum())
    assert found.iloc[0] == pytest.approx(100 * 15_000 / 10_150)  # 4,850 were cut and spread
    assert found.iloc[50] == pytest.approx(1.5 * found.iloc[0])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(50, 70), min_size=20, max_size=90))
def test_ordinary_days_stay_as_they_are(values):
    np.testing.assert_allclose(calmed(made(values)), values)


def test_a_giant_order_yesterday_hardly_moves_tomorrow():
    index = pd.date_range("2026-01-05", periods=150)
    past = pd.Series(np.array([120.0, 100, 90, 110, 140, 60, 0])[index.dayofweek], index=index)
    usual = forecast(past, 14).middle.sum()
    past.iloc[-2] += 5_000.0  # eight ordinary weeks' revenue; spread over 128 days it is 39 more a day
    assert forecast(past, 14).middle.sum() < 1.6 * usual
