"""`fakturo import invoices`, and real history held against plain SQL."""

import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

RETAIL = Path("../shared/data/online_retail/online_retail_2009-12_2011-06.parquet")
RECEIVABLES = Path("../shared/data/payments/ibm_accounts_receivable.csv")
LINES = 60_000
SOLD = """
    SELECT InvoiceNo LIKE 'C%' AS is_credit, count(DISTINCT InvoiceNo) AS documents,
        sum(round(abs(Quantity::DECIMAL(18, 0)) * UnitPrice::DECIMAL(18, 4), 2)) AS total
    FROM (SELECT DISTINCT * FROM rows)
    WHERE CustomerID IS NOT NULL AND UnitPrice::DOUBLE > 0 AND InvoiceNo NOT LIKE 'A%'
        AND (InvoiceNo LIKE 'C%') = (Quantity::INTEGER < 0)
    GROUP BY is_credit ORDER BY is_credit
"""


@pytest.fixture
def shared():
    """Where the real data lies, seen from the project."""
    return Path(__file__).parents[2]


def test_a_file_is_told_in_one_line_and_again_as_known(run, tmp_path):
    file = tmp_path / "old.csv"
    file.write_text(
        "invoice_no,customer_id,date,sku,quantity,price,currency\n2024-17,C1,2024-05-02,A,2,9.99,EUR\n"
    )
    first = run("import", "invoices", str(file))
    assert "old.csv: 1 in = 1 accepted + 0 duplicate + 0 quarantined; invoices: 1 new" in first.output
    again = run("import", "invoices", str(file))
    assert "invoices: 0 new, 1 duplicate" in again.output
    assert "2024-17" in run("invoices", "list").output
    assert "stations hold." in run("trace", "2024-17").output
    assert "drafted by another system: proved" in run("status", "2024-17").output


def test_a_dry_run_writes_nothing(run, tmp_path):
    file = tmp_path / "old.csv"
    file.write_text(
        "invoice_no,customer_id,date,sku,quantity,price,currency\n17,C1,2024-05-02,A,2,9.99,EUR\n"
    )
    assert "Nothing was written" in run("import", "invoices", str(file), "--dry-run").output
    assert "invoices: 1 new" in run("import", "invoices", str(file)).output


def test_a_file_that_does_not_fit_is_refused_with_what_is_missing(run, tmp_path):
    file = tmp_path / "odd.csv"
    file.write_text("a,b\n1,2\n")
    done = run("import", "invoices", str(file), "--mapping", "ibm_receivables")
    assert done.exit_code == 1
    assert "Columns are missing for mapping 'ibm_receivables'" in done.output


def test_real_lines_come_to_what_plain_sql_says(run, settings, shared, tmp_path):
    if not (shared / RETAIL).exists():
        pytest.skip("no real data beside the project")
    file = tmp_path / "retail.parquet"
    plain = duckdb.connect()
    plain.execute(f"CREATE TABLE rows AS SELECT * FROM '{shared / RETAIL}' LIMIT {LINES}")  # noqa: S608
    plain.execute(f"COPY rows TO '{file}' (FORMAT parquet)")
    expected = [(kind, count, round(total * 100)) for kind, count, total in plain.execute(SOLD).fetchall()]
    assert run("import", "invoices", str(file), "--mapping", "online_retail").exit_code == 0
    assert totals(settings, "kind = 'credit_note'") == expected
    assert expected[0][1] > 1000


def test_real_receivables_are_paid_to_the_cent(run, settings, shared):
    if not (shared / RECEIVABLES).exists():
        pytest.skip("no real data beside the project")
    for what in ("payments", "invoices"):  # the money may come first
        done = run("import", what, str(shared / RECEIVABLES), "--mapping", "ibm_receivables")
        assert "1851 in = 1851 accepted" in done.output
    assert "1851 allocations written" in run("payments", "match").output
    assert totals(settings, "payment_status = 'paid'") == [(True, 1851, 11083886)]  # 110,838.86 by plain SQL
    assert "0 allocations written" in run("payments", "match").output


def totals(settings, what):
    """(whether `what` holds, invoices, minor units in all), read without our own code."""
    query = f"SELECT {what} AS is_one, count(*), sum(total_minor) FROM invoices GROUP BY 1 ORDER BY 1"  # noqa: S608
    with closing(sqlite3.connect(settings.home / "ledger.sqlite")) as ledger:
        return ledger.execute(query).fetchall()
