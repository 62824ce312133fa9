"""XLSX, Parquet, SQLite, JSON and JSON Lines give what a CSV of the same rows gives."""

import json
import sqlite3
from datetime import date, datetime

import duckdb
import pytest
from openpyxl import Workbook

from fakturo.intake.recognise import recognise

NESTED = {
    "external_id": "A1",
    "customer": {"id": "C7", "name": "Blue Door"},
    "currency": "GBP",
    "ordered_on": "2026-02-27",
    "lines": [{"code": "L1", "name": "Lantern", "quantity": "6", "unit_price": "2.55"}],
}
COLUMNS = ["order_id", "customer_id", "order_date", "sku", "name", "quantity", "unit_price", "currency"]


def first_line(rows):
    return json.loads(rows("orders")[0]["content"])["lines"][0]


def workbook(path, *lines):
    book = Workbook()
    for line in lines:
        book.active.append(line)
    book.save(path)
    return path.read_bytes()


def test_a_workbook_with_typed_cells(take, rows, tmp_path):
    body = workbook(
        tmp_path / "made.xlsx",
        COLUMNS,
        ["A1", "C7", date(2026, 2, 27), "L1", "Lantern", 6, 0.1 + 0.2, "GBP"],
        [None] * 8,
        ["A2", 77, datetime.fromisoformat("2026-02-28T12:30"), 85123, "Lamp", 2, 1.234, "GBP"],
    )
    outcome = take("o.xlsx", body)

    assert (outcome.rows_in, outcome.orders_new, outcome.format) == (2, 2, "xlsx")
    assert (first_line(rows)["unit_price"], first_line(rows)["source_line"]) == ("0.3", 2)
    second = rows("orders")[1]
    assert (str(second["ordered_on"]), second["customer_id"], second["first_line"]) == ("2026-02-28", "77", 4)
    assert json.loads(second["content"])["lines"][0]["unit_price"] == "1.234"  # a typed number is no riddle


def test_a_workbook_without_header_is_refused(take, tmp_path):
    assert "Columns are missing" in take("o.xlsx", workbook(tmp_path / "m.xlsx", ["A1", "C7", 6])).refused


def test_parquet_with_doubles_and_timestamps(take, rows, tmp_path):
    path = tmp_path / "made.parquet"
    duckdb.sql(
        "SELECT 'A1' order_id, 13085::DOUBLE customer_id, TIMESTAMP '2026-02-27 07:45:00' order_date, "
        "'L1' sku, 'Lantern' AS name, 6 quantity, 0.00001::DOUBLE unit_price, 'GBP' currency"
    ).write_parquet(str(path))

    outcome = take("o.parquet", path.read_bytes())

    assert (outcome.orders_new, rows("orders")[0]["customer_id"]) == (1, "13085")
    assert (first_line(rows)["unit_price"], first_line(rows)["source_line"]) == ("0.00001", 1)


def test_a_broken_parquet_file_is_refused(take):
    assert take("o.parquet", b"PAR1 nothing PAR1").refused.startswith("The Parquet file cannot be read")


@pytest.fixture
def northwind(tmp_path):
    path = tmp_path / "made.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript("""
            CREATE TABLE Orders (OrderID INTEGER, CustomerID TEXT, OrderDate TEXT, Freight NUMERIC);
            CREATE TABLE "Order Details" (OrderID INTEGER, ProductID INTEGER, UnitPrice NUMERIC,
                Quantity INTEGER, Discount REAL);
            CREATE TABLE Products (ProductID INTEGER, ProductName TEXT);
            CREATE TABLE Customers (CustomerID TEXT, CompanyName TEXT, Address TEXT, City TEXT,
                PostalCode TEXT, Country TEXT);
            INSERT INTO Orders VALUES (10250, 'HANAR', '1996-07-08', 65.83);
            INSERT INTO "Order Details" VALUES (10250, 41, 7.7, 10, 0), (10250, 51, 42.4, 35, 0.15);
            INSERT INTO Products VALUES (41, 'Clam Chowder'), (51, 'Dried Apples');
            INSERT INTO Customers
                VALUES ('HANAR', 'Hanari Carnes', 'Rua do Paço, 67', 'Rio', '05454-876', 'Brazil');
        """)
    connection.close()
    return path.read_bytes()


def test_a_database_is_read_by_the_mappings_query(take, rows, northwind):
    outcome = take("northwind.db", northwind, mapping="northwind")

    assert (outcome.rows_in, outcome.orders_new, outcome.format) == (2, 1, "sqlite")
    order = json.loads(rows("orders")[0]["content"])
    assert (order["currency"], order["customer"]["country"]) == ("USD", "BR")
    assert order["adjustments"] == [{"kind": "charge", "amount": "65.83", "reason": "Shipping"}]
    # 35 x 42.40 x 0.15 = 222.60
    assert order["lines"][1]["adjustments"] == [{"kind": "allowance", "amount": "222.6"}]
    assert "adjustments" not in order["lines"][0]


def test_a_database_without_a_query_is_refused(take, northwind):
    assert "needs a mapping with a query" in take("northwind.db", northwind).refused


def test_a_database_without_the_tables_is_refused(take, tmp_path):
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("CREATE TABLE a (b)")
    connection.close()
    outcome = take("o.db", (tmp_path / "x.db").read_bytes(), mapping="northwind")

    assert outcome.refused.startswith("The mapping's query does not run on this database")


FLAT = dict(zip(COLUMNS, ["A1", "C7", "2026-02-27", "L1", "Lantern", 6, 1.234, "GBP"], strict=True))


@pytest.mark.parametrize("name", ["o.json", "o.jsonl"])
def test_flat_json_is_a_table_and_its_numbers_have_a_decimal_point(take, rows, name):
    records = [FLAT, FLAT | {"order_id": "A2", "note": "new\nline", "quantity": None}]
    text = json.dumps(records, indent=1) if name == "o.json" else "\n\n".join(map(json.dumps, records))

    outcome = take(name, text)

    assert (outcome.rows_in, outcome.rows_accepted, outcome.rows_quarantined) == (2, 1, 1)
    assert first_line(rows)["unit_price"] == "1.234"
    assert first_line(rows)["source_line"] == (2 if name == "o.json" else 1)
    assert rows("quarantine")[0]["line"] == (12 if name == "o.json" else 3)


@pytest.mark.parametrize("indent", [None, 2], ids=["one line", "pretty"])
def test_one_nested_order_alone(take, rows, indent):
    assert take("o.json", json.dumps(NESTED, indent=indent)).orders_new == 1
    assert rows("orders")[0]["status"] == "queued"


def test_nested_orders_line_by_line_with_bad_ones(take, rows, reasons):
    bad_total = NESTED | {"external_id": "A2", "lines": []}
    unknown = NESTED | {"external_id": "A3", "colour": "red"}
    no_money = NESTED | {"external_id": "A4", "currency": "XXQ"}
    lines = [json.dumps(each) for each in (NESTED, bad_total, unknown, no_money, [1])] + ["{broken"]
    outcome = take("o.jsonl", "\n".join(lines))

    assert (outcome.rows_in, outcome.orders_new, outcome.rows_quarantined) == (6, 1, 5)
    assert [row["external_id"] for row in rows("quarantine")] == ["A2", "A3", "A4", None, None]
    found = reasons()
    assert found[2][0].startswith("lines: ")
    assert found[3] == ["colour: Extra inputs are not permitted."]
    assert "not an ISO 4217 code" in found[4][0]
    assert found[5] == ["The record is no object."]
    assert found[6][0].startswith("The line is no JSON")


def test_a_nested_order_without_currency_takes_the_sellers(take, rows):
    take("o.json", json.dumps({key: value for key, value in NESTED.items() if key != "currency"}))

    assert rows("orders")[0]["currency"] == "GBP"


def test_a_flat_row_among_rows_that_is_none_is_quarantined(take, reasons):
    outcome = take("o.jsonl", json.dumps(FLAT) + "\n" + json.dumps(NESTED) + "\n")

    assert (outcome.orders_new, outcome.rows_quarantined) == (1, 1)
    assert reasons()[2] == ["The record is no flat object like the first one."]


def test_text_records_are_text_orders(take, rows):
    outcome = take(
        "o.jsonl", json.dumps({"id": "m-1", "text": "Two lanterns please"}) + '\n{"id": "m-2", "text": " "}\n'
    )

    assert (outcome.source, outcome.rows_in, outcome.orders_new, outcome.rows_quarantined) == (
        "email",
        2,
        1,
        1,
    )
    (order,) = rows("orders")
    assert (order["lane"], order["external_id"], order["raw"]) == ("model", "m-1", "Two lanterns please")
    assert order["content"] is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[{}, ", "The JSON is broken"),
        ("[1 2]", "The JSON is broken"),
        ("[1,]", "The JSON is broken"),
        ("[1] 2", "Something follows the end"),
        ('{"a": \n', "The JSON is broken"),
        ("[]", "The file holds no records."),
    ],
)
def test_broken_json_is_refused_in_one_sentence(take, text, sentence):
    assert take("o.json", text).refused.startswith(sentence)


def test_json_nested_without_end_is_refused(take):
    assert take("o.json", "[" * 100_000).refused


def test_json_that_is_not_utf_8_is_refused(take):
    assert "not UTF-8" in take("o.json", '[{"a": "ü"}]'.encode("cp1252")).refused


@pytest.mark.parametrize(
    ("name", "head", "found"),
    [
        ("a.csv", b"a,b,c\n1,2,3\n", "csv"),
        ("a", b"a;b;c\n1;2;3\n", "csv"),
        ("a.txt", b"a;b;c\n1;2;3\n", "txt"),
        ("a.json", b' {"a": 1}', "json"),
        ("a", b'{"a": 1}\n{"a": 2}\n', "jsonl"),
        ("a.txt", b"<Order/>", "ubl"),
        ("a.eml", b"Hello", "eml"),
        ("a", b"From: a@b\nSubject: x\n\nHello", "eml"),
        ("a", b"Hello\nthere", "txt"),
        ("a.xls", b"PK\x03\x04...", "xlsx"),
        ("a", b"PAR1", "parquet"),
        ("a", b"SQLite format 3\x00", "sqlite"),
    ],
)
def test_a_format_is_recognised_by_its_bytes_then_its_name(name, head, found):
    assert recognise(name, head) == found


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \n ", "The file is empty."),
        (b"%PDF-1.7", "The PDF is broken"),
        (b"\x1f\x8b\x08", "This is a gzip archive"),
        (b"\x00\x01\x02\x03" * 50, "This is no text"),
    ],
)
def test_what_nobody_reads_is_refused_in_one_sentence(take, body, sentence):
    assert take("o.bin", body).refused.startswith(sentence)
