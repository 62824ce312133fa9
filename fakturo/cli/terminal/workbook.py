"""Results as an Excel workbook: numbers and dates as such, a frozen header, and where they come from.

Text stays text: nothing that begins with = is ever a formula, also not after the cell was edited.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from fakturo.cli.terminal.cells import cell, chunks, names
from fakturo.errors import BadInput

MOST_ROWS = 1_048_575
"""Below the header."""
MOST_COLUMNS = 16_384
LONGEST_TEXT = 32_767
MOST_DIGITS = 15
"""Excel computes with so many: longer numbers are written as text, to the last digit."""
FIRST_YEAR = 1900
_WIDEST = 60
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd",
}


def write_workbook(answer: Any, out: Path, about: Sequence[tuple[str, str]]) -> int:
    """Write a result as sheet `result`, and what it is about as sheet `about`.

    Returns:
        Rows written.

    Raises:
        BadInput: more than a sheet or a cell can hold; then `out` is half a result.
    """
    columns = names(answer)
    if len(columns) > MOST_COLUMNS:
        raise BadInput(f"A sheet has {MOST_COLUMNS:,} columns at most, this result {len(columns):,}.")
    with TemporaryDirectory() as folder:  # the rows lie there until the file is put together
        book = xlsxwriter.Workbook(str(out), {**_OPTIONS, "tmpdir": folder})
        try:
            sheet = _Sheet(book, columns, [str(column[1]) for column in answer.description])
            for chunk in chunks(answer):
                for row in chunk:
                    sheet.add(row)
            sheet.finish()
            _tell(book, about)
        finally:
            book.close()
    return sheet.count


class _Sheet:
    """The rows, one by one: none is kept in memory."""

    def __init__(self, book: Any, columns: Sequence[str], kinds: Sequence[str]) -> None:
        self.count = 0
        self._sheet: Worksheet = book.add_worksheet("result")
        self._columns = columns
        looks = map(_look, kinds)
        self._formats = [book.add_format({"num_format": each}) if each else None for each in looks]
        self._text = book.add_format({"quote_prefix": True})
        self._date = book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._time = book.add_format({"num_format": "hh:mm:ss"})
        header = book.add_format({"bold": True, "bottom": 1})
        self._sheet.freeze_panes(1, 0)
        for place, (name, look) in enumerate(zip(columns, self._formats, strict=True)):
            width = max(len(name) + 3, 14 if look else 12)
            self._sheet.set_column(place, place, min(width, _WIDEST))
            self._sheet.write_string(0, place, name, header)

    def add(self, row: Sequence[Any]) -> None:
        if self.count == MOST_ROWS:
            raise BadInput(
                f"A sheet holds {MOST_ROWS:,} rows and this result has more; export it as .csv or .parquet."
            )
        self.count += 1
        for place, value in enumerate(row):
            if value is not None:
                self._write(place, value)

    def finish(self) -> None:
        """Arrows to filter by on every column."""
        if self._columns:
            self._sheet.autofilter(0, 0, self.count, len(self._columns) - 1)

    def _write(self, place: int, value: Any) -> None:
        at = (self.count, place)
        if isinstance(value, bool):
            self._sheet.write_boolean(*at, value)
        elif isinstance(value, (int, float, Decimal)) and _is_exact(value):
            self._sheet.write_number(*at, value, self._formats[place])
        elif isinstance(value, datetime) and value.year >= FIRST_YEAR:
            moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            self._sheet.write_datetime(*at, moment, self._moment)
        elif isinstance(value, date) and not isinstance(value, datetime) and value.year >= FIRST_YEAR:
            self._sheet.write_datetime(*at, value, self._date)
        elif isinstance(value, time) and value.tzinfo is None:
            self._sheet.write_datetime(*at, value, self._time)
        else:
            self._write_text(at, str(cell(value)))

    def _write_text(self, at: tuple[int, int], text: str) -> None:
        if len(text) > LONGEST_TEXT:
            name = self._columns[at[1]]
            raise BadInput(
                f"A cell holds {LONGEST_TEXT:,} letters and column {name} of row {self.count} has "
                f"{len(text):,}; export it as .csv or .parquet."
            )
        self._sheet.write_string(*at, text, self._text if text.startswith(_FORMULA) else None)


def _look(kind: str) -> str | None:
    """Format of a column of numbers: two decimals at least, and what DuckDB's type has beyond them."""
    found = re.fullmatch(r"DECIMAL\(\d+,\s*(\d+)\)", kind)
    if found:
        decimals = int(found[1])
        return "#,##0." + "0" * min(decimals, 2) + "#" * (decimals - 2) if decimals else "#,##0"
    return "0" if re.fullmatch(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?", kind) else None


def _is_exact(value: float | Decimal) -> bool:
    """Whether Excel keeps the number as it is."""
    if isinstance(value, float):
        return value - value == 0  # neither NaN nor infinite
    digits = Decimal(value).normalize().as_tuple()
    return isinstance(digits.exponent, int) and len(digits.digits) + max(digits.exponent, 0) <= MOST_DIGITS


def _tell(book: Any, about: Sequence[tuple[str, str]]) -> None:
    sheet = book.add_worksheet("about")
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 100)
    bold, wrapped = book.add_format({"bold": True, "valign": "top"}), book.add_format({"text_wrap": True})
    for place, (name, text) in enumerate(about):
        sheet.write_string(place, 0, name, bold)
        sheet.write_string(place, 1, text[:LONGEST_TEXT], wrapped)
