"""Excel workbooks: numbers and dates as such, text never a formula, nothing cut."""

import zipfile
from datetime import date, datetime

import duckdb
import openpyxl
import pytest

from fakturo.cli.terminal import result, workbook
from fakturo.errors import BadInput


@pytest.fixture
def book(tmp_path):
    """Write a query's result as a workbook and read it again."""

    def write(query, about=()):
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'Europe/Berlin'")
            count = result.write(connection.execute(query), "xlsx", tmp_path / "x.xlsx", about=about)
        read = openpyxl.load_workbook(tmp_path / "x.xlsx")
        assert count == read["result"].max_row - 1
        return read

    return write


def test_amounts_are_numbers_with_their_cents_and_dates_are_dates(book):
    sheet = book(
        "select 1234.5::decimal(18, 4) as amount, date '2026-03-02' as day, 7 as n, true as is_paid, "
        "timestamp '2026-03-02 09:00:01' as at, null as nothing, 0.25::double as share, "
        "timestamptz '2026-03-02 09:00:00+01' as zoned"
    )["result"]
    amount, day, number, is_paid, at, nothing, share, zoned = sheet[2]
    assert (amount.value, amount.number_format) == (1234.5, "#,##0.00##")
    assert (day.value, day.number_format) == (datetime(2026, 3, 2), "yyyy-mm-dd")  # noqa: DTZ001  no zone
    assert day.is_date
    assert (number.value, number.number_format) == (7, "0")
    assert is_paid.value is True
    assert (at.value, at.number_format) == (datetime(2026, 3, 2, 9, 0, 1), "yyyy-mm-dd hh:mm:ss")  # noqa: DTZ001
    assert nothing.value is None
    assert share.value == 0.25
    assert zoned.value == datetime(2026, 3, 2, 8)  # noqa: DTZ001  UTC, as all our moments


def test_the_header_is_bold_and_stays_in_sight_and_can_be_filtered(book):
    sheet = book("select 1 as n, 2 as m from range(3)")["result"]
    assert [cell.value for cell in sheet[1]] == ["n", "m"]
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B4"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2", "@sum(1)", "=cmd|' /C calc'!A0", "\t=1", "{=1}"])
def test_text_is_never_a_formula(book, tmp_path, text):
    quoted = text.replace("'", "''")
    cell = book(f"select '{quoted}' as text")["result"]["A2"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert bool(cell.quotePrefix) == (text[0] in "=+-@\t")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as file:
        assert b"<f>" not in file.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("123456789012345", 123456789012345),
        ("1234567890123456", "1234567890123456"),
        ("12345678901234.5678::decimal(18, 4)", "12345678901234.5678"),
        ("'12345678901234567890'::decimal(38, 0)", "12345678901234567890"),
        ("10::hugeint ** 15", 1e15),
        ("1234567890.1200::decimal(28, 4)", 1234567890.12),
        ("'nan'::double", "nan"),
        ("date '1812-06-24'", "1812-06-24"),
        ("'007'", "007"),
        ("'http://example.com'", "http://example.com"),
        ("[1, 2]", "[1, 2]"),
        ("interval 3 day", "3 days, 0:00:00"),
    ],
)
def test_what_excel_would_change_is_written_as_text(book, query, value):
    cell = book(f"select {query} as it")["result"]["A2"]
    assert cell.value == value
    assert cell.hyperlink is None


def test_it_says_what_it_answers(book):
    sheet = book("select 1 as n", [("query", "select 1 as n"), ("publish", "20260302T090000Z")])["about"]
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["query", "select 1 as n"],
        ["publish", "20260302T090000Z"],
    ]


def test_more_rows_than_a_sheet_holds_are_refused(book, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    assert book("from range(3)")["result"].max_row == 4
    before = (tmp_path / "x.xlsx").read_bytes()
    with pytest.raises(BadInput, match=r"A sheet holds 3 rows and this result has more; .*\.parquet"):
        book("from range(4)")
    assert (tmp_path / "x.xlsx").read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["x.xlsx"]


def test_a_text_that_no_cell_holds_is_refused(book):
    with pytest.raises(BadInput, match=r"32,767 letters and column long of row 2 has 32,768"):
        book("select repeat('x', 32766 + n) as long from range(1, 3) t(n)")


def test_the_limits_are_excels():
    assert (workbook.MOST_ROWS, workbook.MOST_COLUMNS) == (2**20 - 1, 2**14)
    assert date(workbook.FIRST_YEAR, 1, 1) == date(1900, 1, 1)
