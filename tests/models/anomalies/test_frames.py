"""What is read from the marts, with the columns that their contracts promise."""

from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from models.anomalies.frames import read_invoices, read_payments

MARTS = Path(__file__).parents[3] / "transforms" / "models" / "marts"
TABLES = ("fct_invoices", "fct_invoice_lines", "fct_invoice_taxes", "fct_payments")


@pytest.fixture
def marts():
    """Empty marts in memory."""
    connection = duckdb.connect()
    for table in TABLES:
        (model,) = yaml.safe_load((MARTS / f"{table}.yml").read_text())["models"]
        columns = ", ".join(f"{each['name']} {each['data_type']}" for each in model["columns"])
        connection.execute(f"create table {table} ({columns})")
    return connection


def put(connection, table, **row):
    names = ", ".join(row)
    connection.execute(
        f"insert into {table} ({names}) values ({', '.join('?' * len(row))})",  # noqa: S608  our own names
        list(row.values()),
    )


def invoice(connection, number, issued_at, kind="invoice"):
    put(
        connection,
        "fct_invoices",
        invoice_id=number,
        customer_id="c1",
        currency="EUR",
        kind=kind,
        customer_country="DE",
        net_amount=200,
        tax_amount=26,
        total_amount=226,
        issued_at=issued_at,
    )
    for rate in (19, 7):
        put(connection, "fct_invoice_taxes", invoice_id=number, tax_rate_pct=rate, taxable_amount=100)
    put(
        connection,
        "fct_invoice_lines",
        invoice_id=number,
        line_number=1,
        product_id="cup",
        quantity=50,
        unit_price=400,
        price_base=100,
        net_amount=200,
    )


def test_invoices_up_to_the_end_of_the_day_are_read_with_their_mean_rate_and_price_of_one(marts):
    invoice(marts, 1, "2026-03-02 23:59:59")
    invoice(marts, 2, "2026-03-03 00:00:00")
    invoice(marts, 3, "2026-03-02 12:00:00", kind="credit_note")
    found = read_invoices(marts, date(2026, 3, 2))
    assert found.documents["document_id"].tolist() == ["1"]
    assert found.documents.loc[0, ["net", "tax", "total", "tax_rate_pct"]].tolist() == [200, 26, 226, 13]
    assert found.lines[["document_id", "product", "quantity", "unit_price"]].to_numpy().tolist() == [
        ["1", "cup", 50.0, 4.0]
    ]


def test_what_takes_off_a_deposit_is_no_line_and_no_deposit_is_like_another(marts):
    invoice(marts, 1, "2026-03-02 12:00:00")
    line = {"invoice_id": 1, "unit_price": 9, "price_base": 1, "product_id": "deposit:all"}
    put(marts, "fct_invoice_lines", **line, line_number=2, quantity=-1, deducts_number="INV-7")
    put(marts, "fct_invoice_lines", **line, line_number=3, quantity=1, invoice_line_id="INV-8/3")
    found = read_invoices(marts, date(2026, 3, 2)).lines
    assert found[["product", "quantity"]].to_numpy().tolist() == [["cup", 50.0], ["INV-8/3", 1.0]]


def test_payments_are_documents_of_one_line_and_refunds_are_none(marts):
    """By value date: what a bank books tomorrow is not known today."""
    told = ((1, 119, "payment", "02"), (2, -119, "refund", "02"), (3, 119, "payment", "03"))
    for number, amount, kind, day in told:
        put(
            marts,
            "fct_payments",
            payment_id=number,
            customer_id="c1",
            currency="EUR",
            kind=kind,
            amount=amount,
            payer_account="DE02",
            value_date=f"2026-03-{day}",
        )
    found = read_payments(marts, date(2026, 3, 2))
    assert found.documents[["document_id", "bank_account", "total"]].to_numpy().tolist() == [
        ["1", "DE02", 119.0]
    ]
    assert found.lines[["product", "quantity", "unit_price"]].to_numpy().tolist() == [["payment", 119.0, 1.0]]
