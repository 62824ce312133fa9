"""Who does not come back is told from what was known, and only where that is enough."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from models.churn import ensemble, mbg
from models.churn.backtest import backtest, rolling_origins
from models.churn.features import customers, purchases
from models.churn.predict import predict_churn

FIRST = pd.Timestamp("2025-01-01")


def made(people=300, days=400, seed=5):
    """Half buy every 20 days or so, and half of those stop for good some day."""
    chance = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        rate = chance.uniform(8, 60)
        ends = chance.uniform(30, 800)
        day = chance.uniform(0, 60)
        while day < min(ends, days):
            rows.append((f"C-{person}", FIRST + pd.Timedelta(days=int(day)), 100.0))
            day += chance.exponential(rate) + 1
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    return frame.sort_values("day", ignore_index=True)


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "There is no invoice yet"), (1, "known for 0 days"), (20, "customers have more than one invoice")],
)
def test_too_little_is_said(count, said):
    bought = made().head(count)
    as_of = date(2025, 12, 31) if count == 20 else date(2025, 1, 1)
    run = predict_churn(bought, as_of)
    assert (run.state, run.predictions) == ("not_enough_data", ())
    assert said in run.message


def test_what_is_known_of_a_customer_on_a_day():
    """Bought on days 0, 10 and 30; asked on day 40, before the purchase of day 50."""
    days = [FIRST + pd.Timedelta(days=day) for day in (0, 10, 10, 30, 50)]
    bought = pd.DataFrame({"customer_id": "A", "day": days, "amount": [1.0, 2.0, 3.0, 6.0, 9.0]})
    (row,) = customers(bought, FIRST + pd.Timedelta(days=40)).itertuples()
    assert (row.repeats, row.days_since, row.days_between) == (2, 10, 15.0)
    assert row.recency_weeks == pytest.approx(30 / 7)
    assert row.age_weeks == pytest.approx(40 / 7)
    assert (row.purchases_30, row.purchases_90, row.amount) == (1, 3, 4.0)  # (1 + 5 + 6) / 3


def test_mbg_of_a_customer_by_hand():
    """One purchase, now: gone at once with a / (a + b) = .25; else none in 7 days with (2 / 3) ** 1."""
    found = pd.DataFrame({"repeats": [0], "recency_weeks": [0.0], "age_weeks": [0.0]})
    said = mbg.none_within(mbg.Parameters(1.0, 2.0, 1.0, 3.0), found, days=7)
    # odds of gone to alive are a / b = 1 / 3: alive .75; buys within the week with 1 - 2 / 3
    assert said.tolist() == [pytest.approx(1 - 0.75 * (1 / 3))]


def test_mbg_finds_the_parameters_that_made_the_data():
    """Rates Gamma(1.5, 6), leaving Beta(1, 4) after each purchase; 4,000 customers, 70 weeks."""
    chance = np.random.default_rng(3)
    rows = []
    for _ in range(4000):
        rate, leave = chance.gamma(1.5, 1 / 6), chance.beta(1, 4)
        age, at, repeats = 70.0, 0.0, 0
        while chance.random() >= leave:
            step = chance.exponential(1 / rate)
            if at + step > age:
                break
            at, repeats = at + step, repeats + 1
        rows.append((repeats, at, age))
    found = pd.DataFrame(rows, columns=["repeats", "recency_weeks", "age_weeks"])
    fitted = mbg.fit(found)
    assert fitted.r / fitted.alpha == pytest.approx(0.25, rel=0.15)
    assert fitted.a / (fitted.a + fitted.b) == pytest.approx(0.2, rel=0.2)


@pytest.mark.parametrize("change", ["dropped", "shuffled"])
def test_what_comes_after_the_day_changes_nothing(change):
    bought, day = made(), date(2025, 11, 1)
    later = bought.day > pd.Timestamp(day)
    other = bought[~later] if change == "dropped" else bought.copy()
    if change == "shuffled":
        other.loc[later, "customer_id"] = other.customer_id[later].sample(frac=1, random_state=1).to_numpy()
    assert predict_churn(bought, day) == predict_churn(other, day)


def test_each_repeat_customer_has_a_probability_and_reasons():
    run = predict_churn(made(), date(2026, 1, 31))
    found = customers(made(), pd.Timestamp("2026-01-31"))
    assert {each.subject_id for each in run.predictions} == set(found.index[found.repeats > 0])
    assert all(0 < each.middle < 1 and each.reasons for each in run.predictions)
    assert sorted(each.rank for each in run.predictions) == list(range(1, len(run.predictions) + 1))
    first = min(run.predictions, key=lambda each: each.rank)
    assert first.middle == max(each.middle for each in run.predictions)
    assert run.scores["brier"] < run.scores["brier_recency"]
    assert run.scores["auc"] > run.scores["auc_recency"]


def test_a_silent_customer_is_told_with_the_days():
    run = predict_churn(made(), date(2026, 1, 31))
    first = min(run.predictions, key=lambda each: each.rank)
    silent = customers(made(), pd.Timestamp("2026-01-31")).loc[first.subject_id].days_since
    assert f"{silent:.0f} days" in first.reasons[0]


def test_origins_have_their_90_days_over_and_180_before():
    found = rolling_origins(made(), pd.Timestamp("2026-01-31"), 12)
    assert found[-1] == pd.Timestamp("2025-11-02")
    assert found[0] >= made().day.min() + pd.Timedelta(days=180)


def test_a_shift_of_season_needs_a_year_and_is_bounded():
    assert ensemble.season(made(days=300), FIRST + pd.Timedelta(days=300)) == 0.0
    bought = made(800, days=800)
    assert abs(ensemble.season(bought, FIRST + pd.Timedelta(days=760))) <= ensemble.LARGEST_SHIFT


def test_nobody_to_score_gives_no_backtest():
    assert backtest(made(5), [FIRST + pd.Timedelta(days=200)]) == {}


def test_the_marts_are_read_as_of_a_day():
    marts = duckdb.connect()
    marts.execute("""
        create table fct_invoices as select * from (values
            ('invoice', 'C-1', 'EUR', 10.0, date '2026-01-05'),
            ('invoice', 'C-1', 'EUR', 5.0, date '2026-01-05'),
            ('credit_note', 'C-1', 'EUR', -5.0, date '2026-01-06'),
            ('invoice', 'C-1', 'EUR', 7.0, date '2026-02-05')
        ) as rows (kind, customer_id, currency, signed_net_amount, issue_date)""")
    january = purchases(marts, date(2026, 1, 31))
    assert january.to_numpy().tolist() == [["C-1", pd.Timestamp("2026-01-05"), 15.0]]
    marts.execute("delete from fct_invoices where issue_date > date '2026-01-31'")
    pd.testing.assert_frame_equal(purchases(marts, date(2026, 1, 31)), january)
