"""Quarantined rows as a sheet that a person corrects in a spreadsheet, and the sheet read back.

First what the quarantine says (`quarantine_row` is the id), then the columns of the files as they came.
Only changed cells count; of the first columns only the id is read.
"""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fakturo.errors import BadInput
from fakturo.intake.archive import Taken
from fakturo.intake.recognise import HEAD_BYTES, recognise
from fakturo.intake.rows import tables
from fakturo.intake.rows.delimited import write_records
from fakturo.intake.rows.zip_limits import check_zip
from fakturo.intake.workbench import literal, quoted, workbench
from fakturo.ledger.quarantine.rows import Quarantined
from fakturo.settings import Intake

ROW = "quarantine_row"
HEAD = (ROW, "quarantine_file", "quarantine_line", "quarantine_reasons")
MOST_XLSX_ROWS = 1_048_575
_XLSX_MEMORY_MB = 512
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_NUMBER = re.compile(r"^[-+]?[\d.,]+$")


def write(rows: Iterable[Quarantined], target: Path, folder: Path) -> int:
    """Write a sheet; XLSX where the target's name ends so, else CSV.

    XLSX keeps every cell as text, so that no spreadsheet turns 0042 into 42 or 1-2 into a date. A CSV cell
    that a spreadsheet would run as a formula gets an apostrophe, which is taken off again when it is read.

    Args:
        folder: a workplace.

    Returns:
        Rows written.

    Raises:
        BadInput: more rows than a sheet holds, or the target cannot be written.
    """
    found = list(rows)
    columns = list(dict.fromkeys(name for each in found for name in each.raw if name not in HEAD))
    as_xlsx = target.suffix.lower() == ".xlsx"
    if as_xlsx and len(found) > MOST_XLSX_ROWS:
        raise BadInput(f"{len(found):,} rows are more than an XLSX sheet holds; narrow them, or write CSV.")
    plain = folder / "sheet.csv" if as_xlsx else target
    try:
        longest = 0
        with plain.open("w", encoding="utf-8" if as_xlsx else "utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*HEAD, *columns])
            for each in found:
                cells = [text_of(each.raw.get(name)) for name in columns]
                safe = cells if as_xlsx else [_harmless(cell) for cell in cells]
                row = [each.id, each.file, each.line, " ".join(each.reasons), *safe]
                writer.writerow(row)
                longest = max(longest, sum(len(str(cell)) + 3 for cell in row))
        if as_xlsx:
            _to_xlsx(plain, target, folder, longest)
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror or error}.") from None
    return len(found)


def read(taken: Taken, name: str, folder: Path, limits: Intake) -> dict[int, dict[str, str]]:
    """Row id -> its cells by column, of a sheet that `write` made and a person changed.

    Raises:
        BadInput: no such sheet, or a row stands in it twice.
    """
    form = recognise(name, taken.head[:HEAD_BYTES])
    with workbench(folder, memory_mb=limits.memory_mb) as bench:
        if form == "xlsx":
            check_zip(taken.path, most_bytes=limits.max_unpacked_mb * 1_000_000)
            table = tables.load_xlsx(bench, taken.path)
        elif form == "csv":
            longest = limits.max_line_mb << 20
            records = write_records(
                *(taken.path, folder / "records"),
                most_line_bytes=longest,
                is_known=HEAD.__contains__,
                on_bytes=lambda _done: None,
            )
            table = tables.load_records(bench, records)
        else:
            raise BadInput(f"This is {form}; give the CSV or XLSX that `fakturo quarantine export` wrote.")
        if ROW not in table.header:
            raise BadInput(
                f"The sheet has no column `{ROW}`, so nothing says which rows these are; start from "
                "`fakturo quarantine export`. A file of its own comes in with `fakturo ingest` or `import`."
            )
        cells = ", ".join(f"c{n}" for n in range(len(table.header)))
        rows = bench.execute(f"SELECT line, problem, {cells} FROM raw ORDER BY line").fetchall()  # noqa: S608
    return _by_id(rows, table.header)


def text_of(cell: Any) -> str:
    """A raw value as a cell."""
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)


def _by_id(rows: Sequence[Sequence[Any]], header: Sequence[str]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for line, problem, *cells in rows:
        if problem:
            raise BadInput(f"Line {line} of the sheet cannot be read: {problem}")
        named = dict(zip(header, (cell or "" for cell in cells), strict=True))
        text = re.sub(r"\.0+$", "", named[ROW])
        if not text.isdigit():
            raise BadInput(f"Line {line} of the sheet: `{ROW}` must be the number of a row, not {text!r}.")
        if int(text) in found:
            raise BadInput(f"Row {text} stands in the sheet twice; keep one of them.")
        found[int(text)] = {name: _back(cell) for name, cell in named.items() if name not in HEAD}
    return found


def _harmless(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.match(cell) else cell


def _back(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def _to_xlsx(plain: Path, target: Path, folder: Path, longest_row: int) -> None:
    from fakturo import duckdb_extensions

    with workbench(folder, memory_mb=_XLSX_MEMORY_MB) as bench:
        duckdb_extensions.load(bench, "excel")
        options = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"'"
        options += f", nullstr = '\\x1d', max_line_size = {max(8 * longest_row, 1 << 16)}"
        source = f"read_csv({literal(str(plain))}, {options})"
        number = f"{quoted(ROW)}::BIGINT AS {quoted(ROW)}, quarantine_line::BIGINT AS quarantine_line"
        bench.execute(
            f"COPY (SELECT * REPLACE ({number}) FROM {source}) "  # noqa: S608  a path of ours, quoted
            f"TO {literal(str(target))} (FORMAT xlsx, HEADER true)"
        )
