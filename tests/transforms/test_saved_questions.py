"""Saved questions about money, on the story of conftest.py; the others are asked in test_build.py."""

import re
from datetime import date
from pathlib import Path

QUERIES = Path(__file__).parents[2] / "docs/queries"


def saved(name):
    return (QUERIES / f"{name}.sql").read_text()


def test_saved_who_is_overdue(asked):
    assert asked(saved("overdue_by_customer")) == [("GBP", "K1", 1, "2400.00", date(2026, 3, 31), "0.00")]


def test_saved_dso_by_month(asked):
    rows = asked(saved("dso_by_month"))
    assert [row[1].month for row in rows] == [5, 4, 3, 2, 1]
    assert rows[1][2:] == (True, "1320.00", "3840.00", "87.27", "61.00", "30.00", "57.27", "50.00", "8.93",
                           "13.70")  # fmt: skip


def test_saved_unallocated_payments(asked):
    assert asked(saved("unallocated_payments")) == [
        (7, date(2026, 5, 6), "bank", "r7", "payment", "GBP", None, "50.00", "50.00")
    ]


def test_saved_expected_cash(asked):
    """O3 is late by K1's median already; O5 is due on Friday, when all customers pay by the median."""
    assert asked(saved("expected_cash")) == [
        ("GBP", date(2026, 5, 4), 1, "2400.00", "2400.00", date(2026, 5, 10), date(2026, 5, 10)),
        ("GBP", date(2026, 5, 11), 1, "960.00", None, date(2026, 5, 12), date(2026, 5, 25)),
    ]


def test_saved_aging_of_today_and_of_a_day(asked):
    query = saved("aging_as_of_a_day")
    nothing = "0.00"
    assert [row[1:] for row in asked(query)] == [
        ("K1", "GBP", "2400.00", nothing, nothing, "2400.00", nothing, nothing),
        ("K2", "GBP", "960.00", "960.00", nothing, nothing, nothing, nothing),
    ]
    asked("set variable as_of = '2026-03-31'")
    assert [row[1:] for row in asked(query)] == [
        ("K1", "GBP", "2800.00", "2400.00", "400.00", nothing, nothing, nothing),
        ("K2", "GBP", "120.00", nothing, "120.00", nothing, nothing, nothing),
    ]


def test_saved_best_customers(asked):
    """K1: 1000 + 500 + 2000 + 300; K2: 100 + 1000 - 200."""
    query = saved("best_customers")
    assert asked(query) == [
        ("GBP", "K1", 4, "3800.00", date(2026, 4, 1)),
        ("GBP", "K2", 2, "900.00", date(2026, 4, 15)),
    ]
    asked("set variable most = '1'")
    assert [row[1] for row in asked(query)] == ["K1"]
    asked("set variable since = '2026-04-02'")
    assert asked(query) == [("GBP", "K2", 1, "800.00", date(2026, 4, 15))]


def test_saved_best_products(asked):
    """One lantern on each of six invoices, one taken back; 4900 - 200 net of what is left."""
    assert asked(saved("best_products")) == [("GBP", "L1", "Lantern", 6, "5.00", "4700.00", "940.00")]


def test_saved_revenue_by_month(asked):
    """April: 300 and 1000 invoiced, 200 credited."""
    assert asked(saved("revenue_by_month")) == [
        ("GBP", date(2026, 1, 1), 1, "1000.00"),
        ("GBP", date(2026, 2, 1), 1, "500.00"),
        ("GBP", date(2026, 3, 1), 2, "2100.00"),
        ("GBP", date(2026, 4, 1), 2, "1100.00"),
    ]


def test_saved_vat_return(asked):
    """20 % of the same."""
    query = saved("vat_return")
    assert [row[1:] for row in asked(query)] == [
        (date(2026, 1, 1), "S", "20.00", "1000.00", "200.00"),
        (date(2026, 2, 1), "S", "20.00", "500.00", "100.00"),
        (date(2026, 3, 1), "S", "20.00", "2100.00", "420.00"),
        (date(2026, 4, 1), "S", "20.00", "1100.00", "220.00"),
    ]
    asked("set variable month = '2026-03'")
    assert [row[4] for row in asked(query)] == ["2100.00"]


def test_saved_intake_quality(asked):
    """The bank's file: two rows, one set aside."""
    assert asked(saved("intake_quality")) == [("bank", "csv", 1, 2, 1, 50.0, 0)]


def test_every_saved_question_has_an_answer_worked_out_by_hand():
    here = Path(__file__).parent
    files = ("saved_questions", "ai_marts", "dunning_mart", "prediction_marts")
    tests = "".join((here / f"test_{name}.py").read_text() for name in files)
    asked_for = set(re.findall(r'saved\("(\w+)"\)', tests))
    assert asked_for == {each.stem for each in QUERIES.glob("*.sql")}
