"""Saved questions about money, on the story of conftest.py; the others are asked in test_build.py."""

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
    then = query.replace("made_date", "date '2026-03-31'")
    assert [row[1:] for row in asked(then)] == [
        ("K1", "GBP", "2800.00", "2400.00", "400.00", nothing, nothing, nothing),
        ("K2", "GBP", "120.00", nothing, "120.00", nothing, nothing, nothing),
    ]
