"""Drift is told by effect sizes, from enough rows, without columns that only grow, on an offline page."""

import re
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from models.drift import FEWEST_ROWS, invoices, watch


def made(rows, seed, moved=0.0, favourite="DE"):
    chance = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "amount": chance.normal(moved, 1, rows),
            "lines": chance.poisson(6, rows),
            "country": np.where(chance.random(rows) < 0.7, favourite, "FR"),
        }
    )


def test_two_months_alike_do_not_drift():
    found = watch(made(800, 1), made(400, 2))
    assert (found.is_drifted, found.share, found.rows) == (False, 0.0, (800, 400))
    assert found.sentence == "0 of 3 columns are unlike before."


def test_what_moved_is_named_with_its_distance():
    """A normal distribution moved by two of its standard deviations is two of them away."""
    found = watch(made(800, 1), made(400, 2, moved=2.0, favourite="US"))
    assert found.is_drifted
    assert found.distances["amount"] == pytest.approx(2.0, abs=0.2)
    assert found.sentence.startswith("2 of 3 columns are unlike before: amount (2.")


def test_few_rows_are_not_compared():
    found = watch(made(FEWEST_ROWS - 1, 1), made(400, 2, moved=9))
    assert (found.is_drifted, found.distances) == (False, {})
    assert "200 of each are needed" in found.sentence


def test_a_column_that_only_grows_is_left_out():
    before, now = made(400, 1), made(400, 2)
    before["number"], now["number"] = np.arange(400), np.arange(400, 800)
    assert "number" not in watch(before, now).distances


def test_the_page_loads_nothing_from_elsewhere(tmp_path):
    page = tmp_path / "drift" / "page.html"
    watch(made(300, 1), made(300, 2), page)
    text = page.read_text()
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?https?:", text)
    assert "amount" in text
    assert list(page.parent.iterdir()) == [page]


def test_the_marts_are_read_between_two_days():
    marts = duckdb.connect()
    marts.execute("""
        create table fct_invoices as select * from (values
            (1, 'invoice', 3, 100.0, 20.0, 'DE', 'EUR', date '2026-05-01', date '2026-05-31'),
            (2, 'invoice', 1, 50.0, 0.0, null, 'EUR', date '2026-05-04', date '2026-05-18'),
            (3, 'credit_note', 1, 50.0, 0.0, 'DE', 'EUR', date '2026-05-04', date '2026-05-18')
        ) as rows (invoice_id, kind, line_count, net_amount, tax_amount, customer_country, currency,
            issue_date, due_date)""")
    marts.execute("alter table fct_invoices add column issued_at timestamp")
    (row,) = invoices(marts, date(2026, 5, 1), date(2026, 5, 4)).itertuples()
    assert (row.line_count, row.net_amount, row.terms_days) == (1, 50.0, 14)
    assert (row.tax_share, row.country, row.weekday) == (0.0, "none", 1)
