"""Runs of models are written whole and once, verdicts by their last word, old predictions thinned out."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from fakturo.ledger.open import reading, writing
from fakturo.ledger.prediction_tables import model_runs, predictions
from fakturo.ledger.predictions.keeping import Origin, keep_run, last_publish
from fakturo.ledger.predictions.thinning import thin
from fakturo.ledger.predictions.verdicts import found_last, judge, judged
from fakturo.prediction import ModelRun, Prediction

NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)


def made(model="churn", as_of=date(2026, 5, 10), count=3, **changes):
    found = tuple(Prediction("churn_90_days", "customer", f"C-{n}", n / 10, rank=n) for n in range(count))
    fields = {"version": "test.1", "state": "ok", "message": "Done.", "scores": {"auc": 0.75}}
    return ModelRun(model=model, as_of=as_of, **(fields | {"predictions": found} | changes))


def counted(engine, table):
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_run_is_written_with_all_that_it_predicts(engine):
    run = made(predictions=(Prediction("cash", "total", "all", 12.5, "EUR", date(2026, 5, 11), 10, 15),))
    assert keep_run(engine, run, Origin("p1", NOON, "run-1"))
    with reading(engine) as connection:
        kept = connection.execute(select(model_runs)).one()
        row = connection.execute(select(predictions)).one()
    assert (kept.model, kept.as_of_date, kept.scores) == ("churn", date(2026, 5, 10), '{"auc":0.75}')
    assert (row.middle, row.low_80, row.high_80, row.low_95) == (12.5, 10.0, 15.0, None)
    assert (row.currency, row.target_date, row.reasons) == ("EUR", date(2026, 5, 11), "[]")


def test_a_publish_is_predicted_once_by_a_model(engine):
    assert keep_run(engine, made(), Origin("p1", NOON))
    assert not keep_run(engine, made(count=9), Origin("p1", NOON))
    assert keep_run(engine, made("anomalies"), Origin("p1", NOON))
    assert counted(engine, predictions) == 6
    assert last_publish(engine, "churn") == "p1"
    assert last_publish(engine, "revenue") is None


def test_two_at_once_write_one_run(engine):
    said = []

    def keep():
        said.append(keep_run(engine, made(), Origin("p1", NOON)))

    both = [threading.Thread(target=keep) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(said) == [False, True]
    assert counted(engine, predictions) == 3


def test_a_run_that_cannot_be_written_whole_leaves_nothing(engine):
    broken = made(
        predictions=(Prediction("late", "invoice", "1", 0.5), Prediction("late", "invoice", None, 0.5))
    )
    with pytest.raises(DBAPIError):
        keep_run(engine, broken, Origin("p1", NOON))
    assert counted(engine, model_runs) == counted(engine, predictions) == 0


@pytest.mark.parametrize(
    "change", [update(model_runs).values(model="x"), delete(model_runs)], ids=["update", "delete"]
)
def test_a_run_is_never_changed(engine, change):
    keep_run(engine, made(), Origin("p1", NOON))
    with pytest.raises(DBAPIError, match="append-only"), writing(engine) as connection:
        connection.execute(change)


def test_the_last_word_on_an_anomaly_counts_and_is_written_once(engine):
    found = (
        Prediction("anomaly", "invoice", "7", 0.9, rank=1),
        Prediction("anomaly", "invoice", "8", 0.8, rank=2),
    )
    keep_run(engine, made("anomalies", predictions=found), Origin("p1", NOON))
    assert judge(engine, ("invoice", "7"), "confirmed", now=NOON, actor="anna", reason="Billed twice.")
    assert not judge(engine, ("invoice", "7"), "confirmed", now=NOON, actor="anna")
    assert judge(engine, ("invoice", "7"), "dismissed", now=NOON + timedelta(hours=1), actor="bob")
    assert [(each.subject_id, each.verdict) for each in judged(engine)] == [("7", "dismissed")]
    assert [(each.subject_id, each.verdict) for each in found_last(engine)] == [
        ("7", "dismissed"),
        ("8", None),
    ]


def test_old_predictions_go_but_a_months_first_and_the_newest_stay(engine):
    days = [
        date(2025, 3, 2),
        date(2026, 3, 2),
        date(2026, 3, 9),
        date(2026, 4, 1),
        date(2026, 5, 1),
        date(2026, 5, 9),
    ]
    for day in days:
        keep_run(engine, made(as_of=day, count=2), Origin(str(day), NOON))
    keep_run(engine, made("revenue", as_of=date(2025, 1, 8), count=2), Origin("old", NOON))
    # of churn: 2025-03 is over 400 days old, 2026-03-09 is the second of its month
    assert thin(engine, date(2026, 5, 20)) == 2
    with reading(engine) as connection:
        query = select(model_runs.c.as_of_date).join(predictions).distinct().order_by(model_runs.c.as_of_date)
        left = [row.as_of_date for row in connection.execute(query)]
    assert left == [date(2025, 1, 8), date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 1), date(2026, 5, 9)]
    assert counted(engine, model_runs) == 7
    assert thin(engine, date(2026, 5, 20)) == 0
