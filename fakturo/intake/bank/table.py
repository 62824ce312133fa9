"""A bank's table (CSV of any delimiter and encoding, XLSX, Parquet) -> payments, by a column mapping.

Days and numbers are read by the rules of orders: decided by the whole column, never guessed.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from fakturo.errors import BadInput
from fakturo.intake.bank.mapping import DAYS, NUMBERS, BankMapping, FieldName, ready, recognised
from fakturo.intake.bank.statement import Shown, StatementRows
from fakturo.intake.bank.table_row import RowReader
from fakturo.intake.days import read_days
from fakturo.intake.numbers import read_numbers
from fakturo.intake.rows import tables
from fakturo.intake.rows.delimited import write_records
from fakturo.intake.rows.tables import Table
from fakturo.intake.rows.zip_limits import check_zip
from fakturo.intake.workbench import Bench, workbench
from fakturo.settings import Intake

_SHORT_YEAR = r"'^(\d{1,2}[./-]\d{1,2}[./-])(\d{2})$'"
_AT_A_TIME = 5_000


def read_table(
    path: Path,
    folder: Path,
    *,
    form: str,
    mapping: BankMapping | None,
    source: str | None,
    limits: Intake,
    correct: Callable[[Bench, Table], None] | None = None,
) -> tuple[StatementRows, BankMapping]:
    """Payments of a table, and the mapping that read it.

    Args:
        folder: a workplace for what DuckDB reads.
        form: csv, xlsx or parquet.
        source: instead of the account that a row, the mapping or its name gives.
        correct: puts corrected cells in place before anything is read.

    Raises:
        BadInput: the file as a whole cannot be read, or needed columns are missing.
    """
    with workbench(folder, memory_mb=limits.memory_mb) as bench:
        table = _load(bench, path, folder, form, mapping, limits)
        if correct is not None:
            correct(bench, table)
        used = mapping or recognised(table.header)
        return _read_rows(bench, table, used, source), used


def _load(
    bench: Bench, path: Path, folder: Path, form: str, mapping: BankMapping | None, limits: Intake
) -> Table:
    if form == "parquet":
        return tables.load_parquet(bench, path)
    if form == "xlsx":
        check_zip(path, most_bytes=limits.max_unpacked_mb * 1_000_000)
        return tables.load_xlsx(bench, path)
    records = write_records(
        path,
        folder / "records",
        most_line_bytes=limits.max_line_mb << 20,
        is_known=mapping.knows if mapping else _known_to_any,
        on_bytes=lambda _done: None,
    )
    return tables.load_records(bench, records)


def _known_to_any(name: str) -> bool:
    return any(mapping.knows(name) for mapping in ready().values())


def _read_rows(bench: Bench, table: Table, mapping: BankMapping, source: str | None) -> StatementRows:
    columns = mapping.resolve(table.header)
    if mapping.short_years:
        _lengthen_years(bench, columns)
    for field in DAYS:
        for place in columns.get(field, ()):
            read_days(bench, field, place, date_order=mapping.date_order, serial_dates=table.serial_dates)
    for field in NUMBERS:
        for place in columns.get(field, ()):
            decimal = "." if place in table.numeric else mapping.decimal
            read_numbers(bench, field, place, decimal=decimal)
    rows = StatementRows()
    reader = RowReader(table, mapping, columns, source)
    for line, problem, cells, values, problems in _rows(bench, table, columns):
        shown = partial(_shown, table.header, cells)
        reason = None if problem else reader.skipped(cells)
        if reason:
            rows.skipped[reason] += 1
        elif problem or problems:
            rows.refuse(line, shown, *([problem] if problem else problems))
        else:
            _take(rows, reader, line, shown, cells, values)
    return rows


def shown_names(header: list[str]) -> list[str]:
    """Names under which the quarantine shows a row's cells."""
    return [name or f"column {n}" for n, name in enumerate(header, 1)]


def _shown(header: list[str], cells: list[str]) -> dict[str, str]:
    return dict(zip(shown_names(header), cells, strict=True))


def _take(
    rows: StatementRows,
    reader: RowReader,
    line: int,
    shown: Shown,
    cells: list[str],
    values: Mapping[str, Any],
) -> None:
    try:
        told = reader.told(cells, values)
    except BadInput as error:
        rows.refuse(line, shown, str(error))
        return
    if isinstance(told, str):
        rows.skipped[told] += 1
    else:
        rows.take(line, shown, told)


def _lengthen_years(bench: Bench, columns: Mapping[FieldName, tuple[int, ...]]) -> None:
    for place in {place for field in DAYS for place in columns.get(field, ())}:
        bench.execute(
            f"UPDATE raw SET c{place} = regexp_replace(c{place}, {_SHORT_YEAR}, '\\120\\2')"  # noqa: S608
        )


def _rows(
    bench: Bench, table: Table, columns: Mapping[FieldName, tuple[int, ...]]
) -> Iterator[tuple[int, str | None, list[str], dict[str, Any], list[str]]]:
    """Line, what is broken, cells, what days and numbers mean, and what is wrong with them."""
    read = [(field, "d") for field in DAYS if field in columns] + [
        (field, "n") for field in NUMBERS if field in columns
    ]
    joins = " ".join(
        f"LEFT JOIN {kind}_{field} ON raw.c{columns[field][0]} = {kind}_{field}.text" for field, kind in read
    )
    wanted = "".join(f", {kind}_{field}.value, {kind}_{field}.problem" for field, kind in read)
    width = len(table.header)
    cells = ", ".join(f"raw.c{n}" for n in range(width))
    query = f"SELECT raw.line, raw.problem, {cells}{wanted} FROM raw {joins} ORDER BY raw.line"  # noqa: S608
    answer = bench.execute(query)
    while chunk := answer.fetchmany(_AT_A_TIME):
        for line, problem, *rest in chunk:
            values = dict(zip((field for field, _ in read), rest[width::2], strict=True))
            problems = [each for each in rest[width + 1 :: 2] if each]
            yield int(line), problem, [each or "" for each in rest[:width]], values, problems
