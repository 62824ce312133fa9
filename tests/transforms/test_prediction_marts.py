"""Predictions in the warehouse: what models said, the newest apart, and what makes no sense held back."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fakturo.errors import HeldBack
from fakturo.intake.history import mapping
from fakturo.intake.history.import_invoices import import_invoices
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect
from fakturo.ledger.predictions.keeping import Origin, keep_run
from fakturo.ledger.predictions.verdicts import judge
from fakturo.prediction import ModelRun, Prediction
from fakturo.settings import load
from fakturo.warehouse.reading import open_published
from flows.build_marts import build
from tests.ledger.made_dunning import land_money

NOW = datetime(2026, 5, 10, 9, 0, tzinfo=UTC)
QUERIES = Path(__file__).parents[2] / "docs/queries"


def made(model, *predictions, as_of=date(2026, 5, 9), **changes):
    fields = {"version": "test.1", "state": "ok", "message": "Done.", "predictions": predictions}
    return ModelRun(model=model, as_of=as_of, **(fields | changes))


@pytest.fixture
def engine(home):
    engine = connect(home.ledger_url)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def home(tmp_path):
    return load(home=tmp_path / "home", _env_file=None)


def test_the_newest_run_is_told_apart_and_names_stay_hidden(home, engine):
    for day, publish in ((8, "p1"), (9, "p2")):
        at_risk = Prediction(
            "churn_90_days", "customer", "ann@buyer.example", 0.4, reasons=("Says 'secret'.",)
        )
        keep_run(engine, made("churn", at_risk, as_of=date(2026, 5, day)), Origin(publish, NOW))
    little = {"state": "not_enough_data", "message": "There are 3 days."}
    keep_run(engine, made("revenue", **little), Origin("p2", NOW))
    judge(engine, ("invoice", "7"), "confirmed", now=NOW, actor="anna", reason="Twice.")
    build(home, now=NOW)
    with open_published(home) as asked:
        asked.execute(
            "select as_of_date, is_latest, subject_id like 'masked-%', reasons "
            "from fct_predictions order by as_of_date"
        )
        assert asked.fetchall() == [
            (date(2026, 5, 8), False, True, ["Says …."]),
            (date(2026, 5, 9), True, True, ["Says …."]),
        ]
        states = asked.execute(
            "select model, state, is_latest from fct_model_runs order by model_run_id"
        ).fetchall()
        assert states == [("churn", "ok", False), ("churn", "ok", True), ("revenue", "not_enough_data", True)]
        assert asked.execute("select verdict, reason from fct_anomaly_verdicts").fetchall() == [
            ("confirmed", None)
        ]


def test_a_prediction_that_makes_no_sense_holds_the_build_back(home, engine):
    """A probability above 1, money without a currency, a band beside its middle; the fourth is right."""
    day = date(2026, 5, 10)
    broken = (
        Prediction("late", "invoice", "1", 1.5),
        Prediction("revenue", "total", "all", 10.0, None, day),
        Prediction("revenue", "total", "all", 10.0, "EUR", day, low_80=11.0, high_80=12.0),
        Prediction("late", "invoice", "2", 0.5),
    )
    keep_run(engine, made("revenue", *broken), Origin("p1", NOW))
    with pytest.raises(HeldBack, match=r"predictions_make_sense failed on 3 rows") as held:
        build(home, now=NOW)
    (keys,) = (each.keys for each in held.value.checks if each.check == "predictions_make_sense")
    assert [key.split(",")[0] for key in sorted(keys)] == [f"prediction_id {number}" for number in (1, 2, 3)]


def saved(name):
    return (QUERIES / f"{name}.sql").read_text()


def test_saved_questions_read_the_newest_run(home, engine):
    later = {"as_of": date(2026, 5, 9)}
    revenue = Prediction("revenue", "total", "all", 10.126, "EUR", date(2026, 5, 10), 8.0, 12.0, 6.0, 14.0)
    keep_run(engine, made("revenue", revenue, **later), Origin("p2", NOW))
    cash = Prediction("cash", "total", "all", 99.5, "EUR", date(2026, 5, 11), 80.0, 120.0, 60.0, 140.0)
    keep_run(engine, made("payments", cash, **later), Origin("p2", NOW))
    quiet = Prediction("churn_90_days", "customer", "C-1", 0.4, reasons=("Quiet for 60 days.",))
    keep_run(engine, made("churn", quiet), Origin("p2", NOW))
    why = ("10 times the usual.",)
    found = [Prediction("anomaly", "invoice", number, 0.9, rank=1, reasons=why) for number in ("7", "8")]
    keep_run(engine, made("anomalies", *found), Origin("p2", NOW))
    judge(engine, ("invoice", "8"), "dismissed", now=NOW, actor="anna")
    build(home, now=NOW)
    with open_published(home) as connection:

        def asked(query):
            return connection.execute(query).fetchall()

        assert asked(saved("revenue_forecast")) == [
            ("EUR", date(2026, 5, 10), 10.13, 8.0, 12.0, 6.0, 14.0, "usual")
        ]
        assert asked(saved("cash_next_weeks")) == [("EUR", date(2026, 5, 11), 99.5, 80.0, 120.0, 60.0, 140.0)]
        assert asked(saved("who_may_leave")) == [("C-1", None, 0.4, None, None, "Quiet for 60 days.")]
        assert asked(saved("anomalies_to_judge")) == [(1, "invoice", "7", None, 0.9, "10 times the usual.")]


OLD = """invoice_no,customer_id,invoice_date,due_date,sku,quantity,price,currency
R-1,C-1,2026-01-05,2026-02-04,A7,1,100,EUR
R-2,C-2,2026-01-05,2026-02-04,A7,1,50,EUR
R-3,C-1,2026-02-10,2026-03-12,A7,1,70,EUR
"""


def test_outcomes_stand_beside_what_was_predicted(home, engine, tmp_path):
    """R-1 is paid late on 10 February, R-2 never; C-1 orders again on 10 February, C-2 does not."""
    (tmp_path / "old.csv").write_text(OLD)
    import_invoices(engine, home, tmp_path / "old.csv", mapping=mapping.load("generic"), now=NOW)
    land_money(engine, 100_00, "R-1", day=date(2026, 2, 10))
    build(home, now=NOW)
    with open_published(home) as asked:
        asked.execute("select invoice_number, cast(invoice_id as varchar) from fct_invoices")
        ids = dict(asked.fetchall())
    as_of = date(2026, 1, 31)
    keep_run(
        engine,
        made(
            "revenue",
            Prediction("revenue", "total", "all", 60.0, "EUR", date(2026, 2, 10), 50, 80, 40, 90),
            Prediction("revenue", "total", "all", 10.0, "EUR", date(2026, 2, 11), 5, 20, 0, 30),
            Prediction("revenue", "total", "all", 10.0, "EUR", date(2026, 5, 10), 5, 20, 0, 30),
            as_of=as_of,
        ),
        Origin("p1", NOW),
    )
    keep_run(
        engine,
        made(
            "churn",
            *(Prediction("churn_90_days", "customer", name, 0.5) for name in ("C-1", "C-2")),
            as_of=as_of,
        ),
        Origin("p1", NOW),
    )
    keep_run(
        engine,
        made(
            "payments",
            *(Prediction("late", "invoice", ids[number], 0.5) for number in ("R-1", "R-2")),
            *(Prediction("payment_days", "invoice", ids[number], 30.0) for number in ("R-1", "R-2")),
            Prediction("cash", "total", "all", 90.0, "EUR", date(2026, 2, 9), 50, 95, 40, 99),
            Prediction("expected_loss", "invoice", ids["R-2"], 12.346, "EUR", rank=1, reasons=("Due.",)),
            as_of=as_of,
        ),
        Origin("p1", NOW),
    )
    build(home, now=NOW + timedelta(minutes=1))
    with open_published(home) as asked:
        asked.execute(
            "select measure, subject_id, target_date, middle, came, is_in_80, is_in_95 "
            "from fct_prediction_outcomes order by prediction_id"
        )
        assert asked.fetchall() == [
            ("revenue", "all", date(2026, 2, 10), 60.0, 70.0, True, True),
            ("revenue", "all", date(2026, 2, 11), 10.0, 0.0, False, True),
            ("churn_90_days", "C-1", None, 0.5, 0.0, None, None),
            ("churn_90_days", "C-2", None, 0.5, 1.0, None, None),
            ("late", ids["R-1"], None, 0.5, 1.0, None, None),
            ("late", ids["R-2"], None, 0.5, 1.0, None, None),
            ("payment_days", ids["R-1"], None, 30.0, 36.0, None, None),
            ("cash", "all", date(2026, 2, 9), 90.0, 100.0, False, False),
        ]
        january = date(2026, 1, 1)
        assert asked.execute(saved("predictions_kept")).fetchall() == [
            ("cash", "EUR", january, 1, 10.0, 90.0, 100.0, 0.0, 0.0),
            ("churn_90_days", None, january, 2, 0.5, 0.5, 0.5, None, None),
            ("late", None, january, 2, 0.5, 0.5, 1.0, None, None),
            ("payment_days", None, january, 1, 6.0, 30.0, 36.0, None, None),
            ("revenue", "EUR", january, 2, 10.0, 35.0, 35.0, 50.0, 100.0),
        ]
        assert asked.execute(saved("collection_worklist")).fetchall() == [
            (1, "R-2", "C-2", "EUR", 50, 12.35, 0.5, date(2026, 2, 4), "Due.")
        ]
