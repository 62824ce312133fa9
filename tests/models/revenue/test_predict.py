"""One run over all currencies: numbers with bands for the whole and its segments, or the sentence why not."""

import json
import time
from dataclasses import asdict, replace
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from models.revenue.chosen import AROUND_SCHEDULED, PLAIN, choose, past_origins
from models.revenue.forecast import forecast
from models.revenue.known_future import forecast_with_known
from models.revenue.predict import forecast_frames, forecast_revenue

SHAPE = np.array([120.0, 100, 90, 110, 140, 60, 0])


def made(days, seed=1, *, shares=(0.7, 0.3), noise=10.0):
    """Two countries with a week's shape, closed on Sundays."""
    index = pd.date_range("2026-01-05", periods=days)
    shape = SHAPE[index.dayofweek]
    total = shape + np.where(shape > 0, np.random.default_rng(seed).normal(0, noise, days), 0)
    return pd.DataFrame(
        {name: total * share for name, share in zip(("DE", "FR"), shares, strict=True)}, index
    )


def last(frame):
    return frame.index[-1].date()


@pytest.fixture(scope="module")
def run():
    frame = made(200)
    return forecast_frames({"EUR": frame, "USD": made(5).set_axis(frame.index[-5:])}, last(frame), 30, "DE")


def test_segments_add_up_to_the_total_each_day(run):
    frame = pd.DataFrame([asdict(each) for each in run.predictions])
    assert set(frame["subject_id"]) == {"all", "country:DE", "country:FR"}
    assert set(frame["subject_kind"]) == {"total", "segment"}
    days = frame.pivot_table(index="target_date", columns="subject_kind", values="middle", aggfunc="sum")
    np.testing.assert_allclose(days["total"], days["segment"])
    assert len(days) == 30
    assert days.index[0] == run.as_of + timedelta(days=1)


def test_closed_days_say_so(run):
    sundays = [each for each in run.predictions if each.target_date.weekday() == 6]
    assert {(each.middle, each.high_95, each.reasons) for each in sundays} == {
        (0, 0, ("Closed on this day.",))
    }


def test_a_currency_with_too_little_history_is_said_beside_the_others(run):
    assert (run.state, run.confidence) == ("ok", "usual")
    assert {each.currency for each in run.predictions} == {"EUR"}
    assert run.message.endswith("USD: There are 5 days since the first revenue; a forecast needs 14.")
    assert (run.window_first, run.trained_rows) == (date(2026, 1, 5), 200)


def test_scores_are_of_origins_in_the_past(run):
    assert run.scores["origins_count"] == 4  # 158 days of past, 130, 102 and 74; 46 are too few
    assert run.scores["error_to_weekday_mean_ratio"] <= 1
    assert len(run.features_sha256) == 64
    json.dumps(dict(run.scores))


@pytest.mark.parametrize("days", [1, 13])
def test_too_little_history_is_no_number(days):
    frame = made(days)
    found = forecast_frames({"EUR": frame}, last(frame))
    assert (found.state, found.predictions, found.confidence) == ("not_enough_data", (), "low")
    assert found.message == f"EUR: There are {days} days since the first revenue; a forecast needs 14."


def test_without_documents_there_is_nothing_to_go_by():
    assert "Nothing was issued by 2026-03-01" in forecast_frames({}, date(2026, 3, 1)).message


def test_a_past_too_short_for_a_test_is_marked_low():
    frame = made(60)
    found = forecast_frames({"EUR": frame}, last(frame), 30)
    assert (found.state, found.confidence, dict(found.scores)) == ("ok", "low", {})
    assert "too short to test" in found.message


def test_the_weekday_mean_is_shown_where_it_wins(monkeypatch):
    """Every method but the plain one is off by half."""
    past = made(150).sum(axis=1)

    def half(known, *given):
        found = forecast(known, *given)
        return replace(found, middle=found.middle / 2)

    monkeypatch.setattr("models.revenue.chosen.forecast", half)
    found = choose(past, 14, frozenset())
    assert (found.name, found.worth.to_weekday_mean) == (PLAIN, 1.0)
    run = forecast_frames({"EUR": past.to_frame("DE")}, past.index[-1].date(), 14)
    assert "the mean of the last eight same weekdays did better than the forecast in 3 tests" in run.message
    monday = next(each for each in run.predictions if each.target_date.weekday() == 0)
    assert monday.middle == pytest.approx(past[past.index.dayofweek == 0].iloc[-8:].mean())


def test_scheduled_invoices_are_used_where_they_help():
    past = made(130, noise=5.0).sum(axis=1)  # to a Thursday
    chance = np.random.default_rng(4)
    monday = past.index[-1] + pd.Timedelta(days=4)
    days = past.index[chance.choice(130, 16, replace=False)].append(pd.DatetimeIndex([monday]))
    scheduled = pd.DataFrame(
        {"known_date": days - pd.Timedelta(days=60), "issue_date": days, "amount": 800.0, "currency": "EUR"}
    )
    past = past.add(pd.Series(800.0, days[:-1]).groupby(level=0).sum(), fill_value=0.0)
    found = choose(past, 14, frozenset(), scheduled)
    assert found.name == AROUND_SCHEDULED
    assert found.method(past).low_95[3] > 800


def test_what_was_agreed_later_is_not_known_yet():
    past = made(100).sum(axis=1)
    day = past.index[-1] + pd.Timedelta(days=2)
    later = pd.DataFrame({"known_date": [day], "issue_date": [day], "amount": [1e6]})
    assert forecast_with_known(past, 7, later).middle.max() < 1000
    with pytest.raises(ValueError, match="amount is missing"):
        forecast_with_known(past, 7, later.drop(columns="amount"))


def test_origins_leave_the_horizon_to_be_known():
    past = made(120).sum(axis=1)
    origins = past_origins(past, 30)
    assert [past.index.get_loc(origin) + 1 for origin in origins] == [78]  # 120 - 42; 50 is below 56
    assert past_origins(past.iloc[:90], 30) == []


def test_the_future_changes_nothing():
    frame = made(110)
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            "create table fct_invoices (currency varchar, customer_country varchar, customer_id varchar,"
            " issue_date date, signed_net_amount decimal(18, 4))"
        )
        rows = [
            ("EUR", name, "A", day.date(), round(float(value), 2))
            for name, series in frame.items()
            for day, value in series.items()
        ]
        connection.executemany("insert into fct_invoices values (?, ?, ?, ?, ?)", rows)
        as_of = last(frame) - timedelta(days=10)
        before = forecast_revenue(connection, as_of, 14, "DE")
        connection.execute("update fct_invoices set signed_net_amount = 1e6 where issue_date > ?", [as_of])
        assert forecast_revenue(connection, as_of, 14, "DE") == before
    assert len(before.predictions) == 14 * 3


def test_a_run_over_eighteen_months_takes_seconds():
    frame = made(545)
    started = time.process_time()
    assert forecast_frames({"EUR": frame}, last(frame), 30, "DE").scores["origins_count"] == 8
    assert time.process_time() - started < 40
