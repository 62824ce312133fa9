"""Flows that predict: once a day and publish, from whole files, degraded by a late upstream."""

from datetime import UTC, date, datetime, timedelta

import pytest
from prefect import flow
from sqlalchemy import select

from fakturo.errors import FailedCheck, WarehouseError
from fakturo.ledger.open import open_ledger, reading
from fakturo.ledger.outbox.held_builds import hold_back
from fakturo.ledger.prediction_tables import model_runs
from fakturo.prediction import ModelRun, Prediction
from flows import build_marts
from flows.keep_predictions import keep_predictions, predicted

NOW = datetime(2026, 5, 10, 9, 0, tzinfo=UTC)


def made(settings, connection, as_of):
    orders = connection.execute("select count(*) from fct_orders").fetchone()[0]
    found = (Prediction("revenue", "total", "all", 5.0, "EUR", as_of + timedelta(days=1)),)
    said = f"There are {orders} orders."
    return ModelRun("revenue", "test.1", as_of, "ok", said, scores={"mase": 0.7}, predictions=found)


def asked_for_too_much(settings, connection, as_of):
    return ModelRun("churn", "test.1", as_of, "not_enough_data", "There is 1 invoice.")


def said(engine):
    with reading(engine) as connection:
        rows = connection.execute(select(model_runs).order_by(model_runs.c.id))
        return [(row.model, row.publish_id[:8], row.as_of_date, row.state) for row in rows]


def test_nothing_is_predicted_before_something_is_published(home):
    with pytest.raises(WarehouseError, match="run `fakturo build`"):
        keep_predictions(home, "revenue", made, now=NOW, again=False)


def test_a_day_is_predicted_once_and_the_next_one_again(home):
    open_ledger(home)
    build_marts.build(home, now=NOW)
    first = keep_predictions(home, "revenue", made, now=NOW, again=False)
    assert first.run.message == "There are 0 orders."
    assert first.run.as_of == date(2026, 5, 10)
    assert keep_predictions(home, "revenue", made, now=NOW, again=False).run is None
    build_marts.build(home, now=NOW + timedelta(hours=1))
    assert keep_predictions(home, "revenue", made, now=NOW, again=False).run is None
    assert keep_predictions(home, "revenue", made, now=NOW, again=True).run is not None
    build_marts.build(home, now=NOW + timedelta(days=1))
    assert keep_predictions(home, "revenue", made, now=NOW + timedelta(days=1), again=False).run is not None
    assert said(open_ledger(home)) == [
        ("revenue", "20260510", date(2026, 5, 10), "ok"),
        ("revenue", "20260510", date(2026, 5, 10), "ok"),
        ("revenue", "20260511", date(2026, 5, 11), "ok"),
    ]


@pytest.mark.server
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # Prefect's own sockets, closed by its threads
def test_a_late_publish_and_a_build_held_back_show_as_degraded(server, home, monkeypatch):
    open_ledger(home)
    build_marts.build(home, now=NOW)
    hold_back(open_ledger(home), "p9", "Rows vanished.", (FailedCheck("rows", 1, ()),), now=NOW)
    monkeypatch.setattr("flows.keep_predictions.utc_now", lambda: NOW + timedelta(hours=5))
    state = flow(lambda: predicted("revenue", made, again=False), name="any")(return_state=True)
    assert state.name == "Degraded"
    assert "There are 0 orders. The last publish is of 2026-05-10 09:00 UTC" in state.message
    assert state.message.endswith("Builds are held back since 2026-05-10 09:00 UTC: Rows vanished.")


@pytest.mark.server
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_run_says_when_there_is_too_little_or_nothing_new(server, home, monkeypatch):
    open_ledger(home)
    build_marts.build(home, now=NOW)
    monkeypatch.setattr("flows.keep_predictions.utc_now", lambda: NOW)
    run = flow(lambda: predicted("churn", asked_for_too_much, again=False), name="any")
    first, second = run(return_state=True), run(return_state=True)
    assert (first.name, first.message) == ("NotEnoughData", "There is 1 invoice.")
    assert second.name == "UpToDate"
