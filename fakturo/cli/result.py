"""Results of SQL as a person or a program wants them: table, CSV, JSON, Parquet. Numbers stay exact."""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fakturo.errors import BadInput

CHUNK = 2048
"""Rows fetched at a time: a result of any size needs little memory."""
DECIMALS_SHOWN = 2
"""At least so many in tables; what is beyond them is shown where it is not zero."""
NUMERIC = ("INT", "DECIMAL", "DOUBLE", "FLOAT")


def write(answer: Any, form: str, out: Path | None, *, most_rows: int = 200) -> int | None:
    """Write a result to a file or to standard output.

    Args:
        answer: what `fakturo.warehouse.reading.ask` returns.
        form: table, csv, json or parquet.
        most_rows: of a table.

    Returns:
        Rows written; None where not all were counted (a table that was cut).
    """
    if answer.description is None:  # SET, PRAGMA and the like return nothing
        return 0
    if form == "parquet":
        return _parquet(answer, out)
    with _target(out) as file:
        if form == "csv":
            return _csv(answer, file)
        if form == "json":
            return _json(answer, file)
        return _table(answer, file, most_rows, to_screen=out is None)


def _table(answer: Any, file: IO[str], most_rows: int, *, to_screen: bool) -> int | None:
    sheet = Table(box=None, header_style="bold", pad_edge=False)
    types = [str(column[1]) for column in answer.description or ()]
    for column, kind in zip(answer.description or (), types, strict=True):
        numeric = any(name in kind for name in NUMERIC) and "[" not in kind and "STRUCT" not in kind
        sheet.add_column(column[0], justify="right" if numeric else "left", overflow="fold")
    found = answer.fetchmany(most_rows + 1)
    for row in found[:most_rows]:
        sheet.add_row(*(Text(shown(cell)) for cell in row))
    # a file or a pipe is as wide as it needs to be
    console = Console(file=file, highlight=False, width=None if to_screen and file.isatty() else 10_000)
    console.print(sheet)
    if len(found) > most_rows:
        console.print(f"… more than {most_rows} rows; --rows N shows more, --format csv writes all.")
        return None
    return len(found)


def _csv(answer: Any, file: IO[str]) -> int:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_names(answer))
    count = 0
    for chunk in _chunks(answer):
        writer.writerows([_cell(value) for value in row] for row in chunk)
        count += len(chunk)
    return count


def _json(answer: Any, file: IO[str]) -> int:
    names = [json.dumps(name, ensure_ascii=False) for name in _names(answer)]
    count = 0
    file.write("[")
    for chunk in _chunks(answer):
        for row in chunk:
            fields = ", ".join(f"{name}: {_exact(value)}" for name, value in zip(names, row, strict=True))
            file.write(("," if count else "") + "\n  {" + fields + "}")
            count += 1
    file.write("\n]\n" if count else "]\n")
    return count


def _parquet(answer: Any, out: Path | None) -> int:
    if out is None:
        raise BadInput("Parquet is no text; add --out FILE.")
    from pyarrow import parquet  # DuckDB itself may write no file here

    reader = answer.to_arrow_reader(CHUNK * 16)
    count = 0
    with parquet.ParquetWriter(out, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
            count += batch.num_rows
    return count


def shown(value: Any) -> str:
    """A cell as a person reads it: 12.3000 -> 12.30, 1.2340 -> 1.234, nothing -> empty."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        if "." not in text:
            return text
        whole, decimals = text.split(".")
        return f"{whole}.{decimals.rstrip('0').ljust(DECIMALS_SHOWN, '0')}"
    return str(value)


def _exact(value: Any) -> str:
    """JSON text of a value; a decimal is a number with all its digits."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {_exact(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_exact(each) for each in value) + "]"
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):  # noqa: PLR0124
        return "null"  # JSON knows neither NaN nor infinity
    return json.dumps(value, ensure_ascii=False, default=str)


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return _exact(value) if isinstance(value, (dict, list, tuple)) else value


def _names(answer: Any) -> Sequence[str]:
    return [column[0] for column in answer.description or ()]


def _chunks(answer: Any) -> Iterator[list[tuple[Any, ...]]]:
    while chunk := answer.fetchmany(CHUNK):
        yield chunk


@contextmanager
def _target(out: Path | None) -> Iterator[IO[str]]:
    if out is None:
        yield sys.stdout
        return
    try:
        file = out.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}.") from None
    with file:
        yield file
