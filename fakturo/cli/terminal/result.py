"""Results of SQL as a person or a program wants them: table, records, CSV, JSON. Numbers stay exact.

Files are written whole or not at all: beside their place first, then renamed.
"""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from fakturo.cli.terminal.cells import CHUNK, cell, chunks, exact, names, shown
from fakturo.cli.terminal.plain import clean
from fakturo.errors import BadInput

NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL", "DOUBLE", "FLOAT")
SUFFIXES = {".csv": "csv", ".json": "json", ".parquet": "parquet", ".xlsx": "xlsx"}
MORE_ROWS = "--rows N shows more, --format csv writes all"
NARROWEST = 24
"""Letters of a column below which it is not folded; a table that then is wider than the screen is shown as
records."""


def write(
    answer: Any, form: str, out: Path | None, *, most_rows: int = 200, more: str = MORE_ROWS, about: Any = ()
) -> int | None:
    """Write a result to a file or to standard output.

    Args:
        answer: what `fakturo.warehouse.reading.ask` returns.
        form: table, records, csv, json, parquet or xlsx.
        most_rows: of a table.
        more: how a person gets at the rows beyond them.
        about: (name, text) of what an Excel workbook says of itself.

    Returns:
        Rows written; None where not all were counted (a table that was cut).
    """
    if answer.description is None:  # SET and the like return nothing
        return 0
    if form in {"parquet", "xlsx"}:
        if out is None:
            raise BadInput(f"{'Parquet' if form == 'parquet' else 'Excel'} is no text; add --out FILE.")
        with _beside(out) as unfinished:
            return _parquet(answer, unfinished) if form == "parquet" else _workbook(answer, unfinished, about)
    with _target(out) as file:
        if form == "csv":
            return _csv(answer, file)
        if form == "json":
            return _json(answer, file)
        return _shown(answer, file, form, most_rows, more)


def form_of(out: Path) -> str:
    """The form that a file's ending asks for.

    Raises:
        BadInput: none of ours.
    """
    form = SUFFIXES.get(out.suffix.lower())
    if form is None:
        raise BadInput(f"What should {out} be? Its name ends with {', '.join(SUFFIXES)}, or add --format.")
    return form


def _shown(answer: Any, file: IO[str], form: str, most_rows: int, more: str) -> int | None:
    columns, kinds = names(answer), [str(column[1]) for column in answer.description]
    found = answer.fetchmany(most_rows + 1)
    cells = [[Text(clean(shown(value))) for value in row] for row in found[:most_rows]]
    sheet = Table(box=None, header_style="bold", pad_edge=False)
    for name, kind in zip(columns, kinds, strict=True):
        numeric = any(each in kind for each in NUMERIC) and "[" not in kind and "STRUCT" not in kind
        sheet.add_column(Text(clean(name)), justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        sheet.add_row(*row)
    on_screen = file is sys.stdout and file.isatty()
    # a file or a pipe is as wide as it needs to be
    console = Console(file=file, highlight=False, width=None if on_screen else 10_000)
    if form == "records" or (on_screen and _width(sheet, console) > console.width):
        _records(console, columns, cells)
    else:
        console.print(sheet)
    if len(found) > most_rows:
        console.print(f"… more than {most_rows} rows; {more}.", style="dim" if on_screen else None)
        return None
    return len(found)


def _width(sheet: Table, console: Console) -> int:
    """Letters that the table needs where every column is folded as far as it reads well."""
    endless = console.options.update(width=100_000)
    widths = [
        max(Measurement.get(console, endless, each).maximum for each in (column.header, *column.cells))
        for column in sheet.columns
    ]
    return sum(min(width, NARROWEST) + 2 for width in widths)


def _records(console: Console, columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> None:
    """Each row as lines of name and value."""
    for place, row in enumerate(rows, 1):
        console.print(f"─ {place} ".ljust(24, "─"), style="dim")
        lines = Table.grid(padding=(0, 2))
        for name, value in zip(columns, row, strict=True):
            lines.add_row(Text(clean(name), style="bold"), value)
        console.print(lines)


def _csv(answer: Any, file: IO[str]) -> int:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names(answer))
    count = 0
    for chunk in chunks(answer):
        writer.writerows([cell(value) for value in row] for row in chunk)
        count += len(chunk)
    return count


def _json(answer: Any, file: IO[str]) -> int:
    keys = [json.dumps(name, ensure_ascii=False) for name in names(answer)]
    count = 0
    file.write("[")
    for chunk in chunks(answer):
        for row in chunk:
            fields = ", ".join(f"{key}: {exact(value)}" for key, value in zip(keys, row, strict=True))
            file.write(("," if count else "") + "\n  {" + fields + "}")
            count += 1
    file.write("\n]\n" if count else "]\n")
    return count


def _parquet(answer: Any, out: Path) -> int:
    from pyarrow import parquet  # DuckDB itself may write no file here

    reader = answer.to_arrow_reader(CHUNK * 16)
    count = 0
    with parquet.ParquetWriter(out, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
            count += batch.num_rows
    return count


def _workbook(answer: Any, out: Path, about: Any) -> int:
    from fakturo.cli.terminal.workbook import write_workbook

    return write_workbook(answer, out, about)


@contextmanager
def _target(out: Path | None) -> Iterator[IO[str]]:
    if out is None:
        yield sys.stdout
        return
    with _beside(out) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A file that takes the name `out` once it is whole; gone where something fails."""
    if out.exists() and not (out.is_file() or out.is_dir()):  # /dev/stdout, a pipe
        yield out
        return
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        unfinished.open("wb").close()
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}.") from None
    try:
        yield unfinished
        unfinished.replace(out)
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}.") from None
    finally:
        unfinished.unlink(missing_ok=True)
