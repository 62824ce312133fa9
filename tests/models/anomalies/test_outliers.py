"""Rows whose price stands out in their group."""

import numpy as np
import pandas as pd
import pytest

from models.anomalies.outliers import learn_outliers, outlier_measures


def reports(rows=600, seed=1):
    """Six products with prices of their own, some spread; every 30th row costs 8 times as much."""
    random = np.random.default_rng(seed)
    product = random.integers(6, size=rows)
    quantity = random.integers(5, 500, size=rows).astype(float)
    price = np.exp(product + random.normal(0, 0.2, rows))
    odd = np.arange(rows) % 30 == 7
    table = pd.DataFrame(
        {"product": product, "quantity": quantity, "amount": quantity * price * np.where(odd, 8, 1)}
    )
    return table, odd


def measures(table):
    return outlier_measures(table, group="product", quantity="quantity", amount="amount")


def test_what_stands_out_in_its_group_comes_first():
    table, odd = reports()
    ranked = measures(table)["score"].rank(ascending=False).to_numpy()
    assert (ranked[odd] <= 2 * odd.sum()).all()


def test_the_distance_is_to_the_fifth_nearest_price_of_the_group():
    """Prices 1, 2, 4, 8, 16, 32 and one group of two: from 1 the fifth nearest is 32."""
    table = pd.DataFrame(
        {"product": ["a"] * 6 + ["b"] * 2, "quantity": 1.0, "amount": [1, 2, 4, 8, 16, 32, 5, 5]}
    )
    found = measures(table)["nearest_5"]
    assert found[0] == pytest.approx(np.log(32))
    assert found[2] == pytest.approx(np.log(8))
    assert found[6:].isna().all()


def test_rows_that_cannot_be_checked_get_a_high_score_and_none_is_missing():
    table, _ = reports()
    table.loc[3, "quantity"] = np.nan
    table.loc[4, "amount"] = 0.0
    score = measures(table)["score"]
    assert score.notna().all()
    assert score[3] == score[4] == pytest.approx(score.drop([3, 4]).quantile(0.99), rel=0.05)


def test_labels_of_some_rows_teach_what_is_odd_in_others():
    """Only dear ones are fraud here; cheap ones are as far off, and were dismissed."""
    table, odd = reports(1200)
    cheap = np.arange(len(table)) % 30 == 13
    table.loc[cheap, "amount"] /= 8
    half = np.arange(len(table)) < 600
    labels = pd.Series(np.where(half, odd.astype(float), np.nan))
    score = learn_outliers(measures(table), labels, 1)
    assert score[~half & odd].min() > score[~half & cheap].max()


def test_with_few_labels_the_unsupervised_order_stays():
    table, _ = reports()
    found = measures(table)
    score = learn_outliers(found, pd.Series(np.nan, index=table.index), 1)
    assert (np.argsort(score) == np.argsort(found["score"].rank(pct=True).to_numpy())).all()
