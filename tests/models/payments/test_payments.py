"""Late payment is told from what was known, and says what it cannot know."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from models.payments import cash, timing
from models.payments.backtest import LeakSuspected, backtest
from models.payments.features import habits, invoices, outcomes
from models.payments.predict import predict_payments

AS_OF = date(2026, 3, 31)


def made(count=400, seed=1, customers=20):
    """Customers 0 to 9 pay within terms, 10 to 19 some days late; three a day."""
    chance = np.random.default_rng(seed)
    who = chance.integers(0, customers, count)
    issued = pd.Timestamp("2025-11-01") + pd.to_timedelta(np.arange(count) // 3, unit="D")
    delay = np.where(who < customers // 2, chance.integers(-12, 3, count), chance.integers(-2, 15, count))
    due = issued + pd.Timedelta(days=14)
    return pd.DataFrame(
        {
            "invoice_id": [f"R-{number}" for number in range(count)],
            "customer_id": [f"C-{number}" for number in who],
            "currency": "EUR",
            "issue_date": issued,
            "due_date": due,
            "amount": chance.uniform(50, 500, count).round(2),
            "settled_date": due + pd.to_timedelta(delay, unit="D"),
        }
    )


def said(run, measure):
    return [each for each in run.predictions if each.measure == measure]


@pytest.mark.parametrize("count", [0, 1])
def test_without_outcomes_there_is_no_number(count):
    run = predict_payments(made(count), AS_OF if count == 0 else date(2025, 11, 2))
    assert run.state == "not_enough_data"
    assert run.predictions == ()
    assert "nothing is known of how customers pay" in run.message


def test_twenty_invoices_give_the_shrunk_rate_marked_low():
    run = predict_payments(made(20), date(2025, 11, 16))
    assert (run.state, run.confidence, run.scores) == ("ok", "low", {})
    assert "method shrunk_rate" in run.message


def test_an_overdue_open_invoice_counts_as_late_and_a_later_payment_is_not_known():
    frame = made(3)
    frame["settled_date"] = pd.to_datetime(["2025-11-10", "2025-12-20", "2025-11-30"])
    known = outcomes(frame, pd.Timestamp("2025-11-20"))  # all are due on 15 November
    assert known.is_late.tolist() == [0.0, 1.0, 1.0]
    assert known.delay_days.tolist()[0] == -5
    assert known.delay_days.isna().tolist() == [False, True, True]


def test_a_customers_rate_starts_as_the_average():
    """Of A's two one is late, of B's none: overall 1 of 4; A has (1 + 5 / 4) / (2 + 5) = .3214."""
    frame = made(4)
    frame["customer_id"] = ["A", "A", "B", "B"]
    frame["settled_date"] = frame.due_date + pd.to_timedelta([3, -1, -1, -1], unit="D")
    found = habits(frame, outcomes(frame, pd.Timestamp("2026-01-01")))
    assert found.late_rate.round(4).tolist() == [0.3214, 0.3214, 0.1786, 0.1786]
    new = frame.assign(customer_id="new")
    assert habits(new, outcomes(frame, pd.Timestamp("2026-01-01"))).late_rate.tolist() == [0.25] * 4


@pytest.mark.parametrize("change", ["dropped", "shuffled"])
def test_what_comes_after_the_day_changes_nothing(change):
    frame = made()
    other = frame.copy()
    hidden = other.settled_date > pd.Timestamp("2026-02-15")
    if change == "dropped":
        other = other[other.issue_date <= pd.Timestamp("2026-02-15")].copy()
        hidden = other.settled_date > pd.Timestamp("2026-02-15")
        other.loc[hidden, "settled_date"] = pd.NaT
    else:
        shuffled = other.loc[hidden, "settled_date"].sample(frac=1, random_state=3)
        other.loc[hidden, "settled_date"] = shuffled.to_numpy()
    day = date(2026, 2, 15)
    assert predict_payments(frame, day) == predict_payments(other, day)


@pytest.mark.parametrize("name", ["Disputed", "days_late", "payment_days"])
def test_what_is_known_only_later_is_refused_by_name(name):
    with pytest.raises(ValueError, match=f"Column '{name}' is known only after"):
        predict_payments(made().assign(**{name: 1}), AS_OF)


def test_a_dispute_takes_an_invoice_out_of_the_worklist_once_it_is_known():
    frame = made()
    still = frame[frame.settled_date > pd.Timestamp("2026-02-15")].query("issue_date <= '2026-02-15'")
    since = pd.Series(pd.NaT, index=frame.index)
    since[still.index[0]], since[still.index[1]] = pd.Timestamp("2026-02-01"), pd.Timestamp("2026-03-01")
    listed = {
        each.subject_id
        for each in said(
            predict_payments(frame.assign(disputed_since=since), date(2026, 2, 15)), "expected_loss"
        )
    }
    assert still.invoice_id.iloc[0] not in listed
    assert still.invoice_id.iloc[1] in listed


def test_a_leak_fails_the_run(monkeypatch):
    frame = made(1200, customers=40)
    whispered = frame.set_index("invoice_id").eval("settled_date > due_date").astype(float)
    real = habits

    def leaking(rows, known):
        return real(rows, known).assign(late_lately=rows.invoice_id.map(whispered).to_numpy())

    monkeypatch.setattr("models.payments.backtest.habits", leaking)
    monkeypatch.setattr("models.payments.training.habits", leaking)
    with pytest.raises(LeakSuspected, match="known only after the invoice was paid"):
        backtest(frame, pd.Timestamp("2026-12-31"))


def test_chances_of_payment_add_up_and_forget_the_days_that_passed():
    frame = made()
    known = outcomes(frame, pd.Timestamp("2026-03-31"))
    when = timing.fit(known, np.full(len(known), 0.4), pd.Timestamp("2026-03-31"))
    age = np.array([-100, 0, 5])
    found = when.chances(pd.Series(["C-1", "C-15", "new"]), np.array([0.1, 0.8, 0.5]), age)
    assert (found >= 0).all()
    assert (found.sum(axis=1) <= 1 + 1e-9).all()
    for row, days in zip(found, age, strict=True):
        assert row[days >= timing.DAYS].sum() == 0
    assert found[0][timing.DAYS > 0].sum() == pytest.approx(0.1)  # nothing has passed: late as often as said


def test_a_certain_payment_comes_in_its_week():
    """100 is due on Wednesday and paid on the day, surely: the first week has all of it, without a band."""
    frame = pd.DataFrame({"due_date": [pd.Timestamp("2026-04-01")], "open_amount": [100.0]})
    chances = (timing.DAYS == 0).astype(float)[None, :]
    first, second, *rest = cash.weeks(frame, chances, pd.Timestamp("2026-03-30"), error=0.0)
    assert (first.monday, first.middle, first.low_95, first.high_95) == (
        pd.Timestamp("2026-03-30"),
        100,
        100,
        100,
    )
    assert second.middle == 0
    assert len(rest) == 11
    assert cash.expected(frame, chances, pd.Timestamp("2026-03-30"), 1) == 0
    assert cash.expected(frame, chances, pd.Timestamp("2026-03-30"), 2) == 100


def test_every_open_invoice_is_told_of_and_ranked_by_currency():
    frame = made()
    frame.loc[::2, "currency"] = "USD"
    run = predict_payments(frame, date(2026, 2, 15))
    still = frame[
        (frame.issue_date <= pd.Timestamp("2026-02-15")) & (frame.settled_date > pd.Timestamp("2026-02-15"))
    ]
    for measure in ("late", "payment_days", "expected_loss"):
        assert sorted(each.subject_id for each in said(run, measure)) == sorted(still.invoice_id)
    for currency in ("EUR", "USD"):
        cases = sorted(
            (each for each in said(run, "expected_loss") if each.currency == currency),
            key=lambda each: each.rank,
        )
        assert [each.rank for each in cases] == list(range(1, len(cases) + 1))
        assert [each.middle for each in cases] == sorted((each.middle for each in cases), reverse=True)
        assert len([each for each in said(run, "cash") if each.currency == currency]) == 13
    for each in said(run, "payment_days"):
        assert each.low_95 <= each.low_80 <= each.middle <= each.high_80 <= each.high_95


def test_the_marts_are_read_as_of_a_day():
    marts = duckdb.connect()
    marts.execute("""
        create table fct_invoices as select * from (values
            (1, 'R-1', 'invoice', 'C-1', 'EUR', 100.0, date '2026-01-05', date '2026-02-04'),
            (2, 'R-2', 'invoice', 'C-1', 'EUR', 50.0, date '2026-02-20', date '2026-03-20'),
            (3, 'K-1', 'credit_note', 'C-1', 'EUR', 20.0, date '2026-01-10', date '2026-01-10')
        ) as rows (invoice_id, invoice_number, kind, customer_id, currency, total_amount,
            issue_date, due_date)""")
    marts.execute("""
        create table fct_invoice_balances as select * from (values
            (1, 100.0, date '2026-01-05', date '2026-01-30'), (1, 40.0, date '2026-01-30', date '2026-02-10'),
            (1, 0.0, date '2026-02-10', null), (2, 50.0, date '2026-02-20', null)
        ) as rows (invoice_id, balance_amount, valid_from_date, valid_to_date)""")
    january = invoices(marts, date(2026, 1, 31))
    assert january[["invoice_id", "open_amount"]].to_numpy().tolist() == [["1", 40.0]]
    assert january.settled_date.isna().all()
    february = invoices(marts, date(2026, 2, 28))
    assert february.settled_date.tolist()[0] == pd.Timestamp("2026-02-10")
    assert february.open_amount.tolist() == [0.0, 50.0]
    marts.execute("delete from fct_invoices where issue_date > date '2026-01-31'")
    marts.execute("delete from fct_invoice_balances where valid_from_date > date '2026-01-31'")
    pd.testing.assert_frame_equal(invoices(marts, date(2026, 1, 31)), january)
