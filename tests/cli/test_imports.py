"""`fakturo import`, and real history held against plain SQL."""

import csv
import sqlite3
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

RETAIL = Path("../shared/data/online_retail/online_retail_2009-12_2011-06.parquet")
RECEIVABLES = Path("../shared/data/payments/ibm_accounts_receivable.csv")
NORTHWIND = Path("../shared/data/databases/northwind.sqlite")
LINES = 60_000
"""Of 748,841, which take 22 CPU-s; all of them were held against the same SQL once."""
EXPECTED = """
    CREATE TABLE lines AS
    SELECT InvoiceNo AS no, CustomerID AS customer, StockCode AS code, UnitPrice::DECIMAL(18, 4) AS price,
        abs(Quantity::INTEGER) AS quantity, InvoiceDate::DATE AS day, place, InvoiceNo LIKE 'C%' AS is_credit
    FROM (SELECT rows.*, min(rowid) AS place FROM rows GROUP BY ALL)
    WHERE CustomerID IS NOT NULL AND InvoiceNo NOT LIKE 'A%';

    CREATE TABLE heads AS
    SELECT no, is_credit, customer, min(day) AS day, min(place) AS place,
        sum(round(quantity * price, 2)) AS total
    FROM lines GROUP BY no, is_credit, customer;

    CREATE TABLE goods AS
    SELECT no, code, price, sum(quantity) AS quantity FROM lines GROUP BY no, code, price;

    CREATE TABLE covered AS
    SELECT credits.no AS credit, sales.no AS original, credits.day, credits.place
    FROM heads AS credits
    JOIN goods AS back ON back.no = credits.no
    JOIN heads AS sales ON sales.customer = credits.customer AND NOT sales.is_credit
        AND (sales.day < credits.day OR (sales.day = credits.day AND sales.place < credits.place))
    JOIN goods AS sold ON sold.no = sales.no AND sold.code = back.code AND sold.price = back.price
    WHERE credits.is_credit AND sold.quantity >= back.quantity
    GROUP BY credits.no, sales.no, credits.day, credits.place
    HAVING count(*) = (SELECT count(*) FROM goods WHERE no = credits.no);

    CREATE TABLE certain AS
    SELECT * FROM covered WHERE credit IN (SELECT credit FROM covered GROUP BY credit HAVING count(*) = 1);
"""
MATCHED = """
    SELECT credit, original FROM certain AS claim
    WHERE NOT EXISTS (
        SELECT 1 FROM goods AS sold WHERE sold.no = claim.original
            AND (sold.code, sold.price) IN (SELECT (code, price) FROM goods WHERE no = claim.credit)
            AND sold.quantity < (
                SELECT sum(back.quantity)
                FROM certain AS earlier JOIN goods AS back ON back.no = earlier.credit
                WHERE earlier.original = claim.original AND back.code = sold.code AND back.price = sold.price
                    AND (earlier.day, earlier.place) <= (claim.day, claim.place)
            )
    )
    ORDER BY credit
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
    plain.execute(EXPECTED)

    assert run("import", "invoices", str(file), "--mapping", "online_retail").exit_code == 0

    sums = "SELECT {}, currency, count(*), sum(total_minor) FROM invoices GROUP BY 1, 2 ORDER BY 1"
    expected = plain.execute("SELECT is_credit, 'GBP', count(*), sum(total) FROM heads GROUP BY 1 ORDER BY 1")
    assert ledger(settings, sums.format("kind = 'credit_note'")) == [
        (kind, currency, count, round(total * 100)) for kind, currency, count, total in expected.fetchall()
    ]
    pairs = """
        SELECT credit.number, original.number FROM invoices AS credit
        JOIN invoices AS original ON original.id = credit.corrects_id ORDER BY 1
    """
    matched = plain.execute(MATCHED).fetchall()
    assert ledger(settings, pairs) == matched
    assert len(matched) > 150
    [(taken, told)] = plain.execute(
        "SELECT (SELECT count(*) FROM lines), (SELECT count(*) FROM rows)"
    ).fetchall()
    rows = ledger(settings, "SELECT rows_in, rows_accepted, rows_duplicate, rows_quarantined FROM files")
    assert rows == [(told, taken, told - taken - rows[0][3], rows[0][3])]
    waiting = "SELECT count(*) FROM (SELECT DISTINCT * FROM rows) WHERE CustomerID IS NULL"
    assert rows[0][3] >= plain.execute(waiting).fetchall()[0][0]


def test_real_receivables_are_paid_to_the_cent(run, settings, shared):
    if not (shared / RECEIVABLES).exists():
        pytest.skip("no real data beside the project")
    for what in ("payments", "invoices"):  # the money may come first
        done = run("import", what, str(shared / RECEIVABLES), "--mapping", "ibm_receivables")
        assert "1851 in = 1851 accepted" in done.output
    assert "1851 allocations written" in run("payments", "match").output
    paid = "SELECT payment_status, currency, count(*), sum(total_minor) FROM invoices GROUP BY 1, 2"
    assert ledger(settings, paid) == [("paid", "USD", 1851, 11083886)]
    with (shared / RECEIVABLES).open() as file:
        told = list(csv.DictReader(file))
    assert sum(Decimal(each["InvoiceAmount"]) for each in told) == Decimal("110838.86")
    due = {each["invoiceNumber"]: datetime.strptime(each["DueDate"], "%m/%d/%Y").date() for each in told}  # noqa: DTZ007
    days = ledger(settings, "SELECT number, due_date FROM invoices")
    assert {number: date.fromisoformat(day) for number, day in days} == due
    assert "0 allocations written" in run("payments", "match").output


def test_a_real_database_comes_to_what_plain_sql_says(run, settings, shared):
    if not (shared / NORTHWIND).exists():
        pytest.skip("no real data beside the project")
    with closing(sqlite3.connect(f"file:{shared / NORTHWIND}?mode=ro", uri=True)) as database:
        [(count, cents)] = database.execute("""
            SELECT count(*), sum(cents) FROM (
                SELECT round(o.Freight * 100) + sum(round(d.Quantity * d.UnitPrice * 100)
                    - round(d.Quantity * d.UnitPrice * d.Discount * 100 + 0.000001)) AS cents
                FROM Orders o JOIN "Order Details" d ON d.OrderID = o.OrderID GROUP BY o.OrderID
            )
        """)

    done = run("import", "invoices", str(shared / NORTHWIND), "--mapping", "northwind")
    assert "invoices: 830 new" in done.output
    assert ledger(settings, "SELECT count(*), sum(total_minor) FROM invoices") == [(count, int(cents))]

    done = run("import", "customers", str(shared / NORTHWIND), "--mapping", "northwind")
    assert done.exit_code == 0
    [(named,)] = ledger(settings, "SELECT count(*) FROM customers WHERE name IS NOT NULL AND country = 'DE'")
    assert named == 11  # of Northwind's 91 customers


def test_an_unknown_mapping_names_the_known_ones(run):
    done = run("import", "invoices", "x.csv", "--mapping", "sap")
    assert "of invoices; ready ones are generic, generic_amounts, ibm_receivables" in str(done.exception)
    done = run("import", "customers", "x.csv", "--mapping", "sap")
    assert "of customers; ready ones are generic, northwind; or give FILE.yaml" in str(done.exception)


def test_customers_are_told_in_one_line(run, tmp_path):
    file = tmp_path / "customers.csv"
    file.write_text("customer_no,company,city\nC1,Blue Door Ltd,Leeds\nC2,Red Door Ltd,York\n")
    told = "customers.csv: 2 in = 2 accepted + 0 duplicate + 0 quarantined; customers: 2 new, 0 changed"
    assert "Nothing was written" in run("import", "customers", str(file), "--dry-run").output
    assert told in run("import", "customers", str(file)).output
    assert "2 in = 0 accepted + 2 duplicate" in run("import", "customers", str(file)).output


def test_an_imported_invoice_has_no_document_here(run, tmp_path):
    file = tmp_path / "old.csv"
    file.write_text(
        "invoice_no,kind,customer_id,date,sku,quantity,price,currency\n"
        "17,invoice,C1,2024-05-02,A,2,9.99,EUR\n18,credit note,C1,2024-05-03,A,1,9.99,EUR\n"
    )
    run("import", "invoices", str(file))

    assert "0 documents" in run("render").output
    for words in (("render", "17"), ("render", "--again", "17")):
        assert "Invoice 17 was issued by another system" in str(run(*words).exception)
    [line] = [each for each in run("status").output.splitlines() if each.startswith("EUR")]
    assert line.split() == ["EUR", "0", "2", "0", "9.99", "EUR"]  # issued, imported, PDFs, 19.98 - 9.99


def ledger(settings, query):
    """Rows of the ledger, read without our own code."""
    with closing(sqlite3.connect(settings.home / "ledger.sqlite")) as connection:
        return connection.execute(query).fetchall()
