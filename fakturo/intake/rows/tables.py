"""Tables of any format -> one DuckDB table `raw`: line in the file, cells as trimmed text, what is broken.

`raw(line, problem, c0, c1, …)`. Nothing is judged here but the shape: a row with more or fewer cells than the
header, or one that could not be parted at all, has a `problem`.
"""

from pathlib import Path
from typing import NamedTuple

import duckdb

from fakturo import duckdb_extensions
from fakturo.errors import BadInput
from fakturo.intake.rows.delimited import BROKEN, FIELD, FILLER, Records
from fakturo.intake.workbench import Bench, literal, quoted

SPACES = " \t\n\r\x0b\x0c\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""White space of Unicode: what the records' own trimming takes off too."""
MOST_COLUMNS = 1000
REST = "(rest of the line)"
"""Name of what a row holds beyond its columns."""


class Table(NamedTuple):
    """What `raw` holds."""

    header: list[str]
    rows: int
    numeric: frozenset[int] = frozenset()
    """Positions of columns that the file itself types as numbers: their decimal sign is a point."""
    serial_dates: bool = False
    """Whether a day may be written as a spreadsheet's serial number."""


def load_records(bench: Bench, records: Records) -> Table:
    """Load a file of records written by `delimited` or `json_rows`."""
    width = len(records.header)
    _check_width(width)
    cells = ", ".join(f"{_trimmed(f'f[{n + 1}]')} AS c{n}" for n in range(width))
    extra = f"len(list_filter(f[{width + 1}:], lambda cell: trim(cell, {literal(SPACES)}) <> ''))"
    longest = max(records.longest_bytes + 16, 1 << 21)
    bench.execute(f"""
        CREATE TABLE raw AS
        WITH records AS (
            SELECT row_number() OVER () AS line, record FROM read_csv(
                {literal(str(records.path))}, columns = {{'record': 'VARCHAR'}}, delim = '\x1e', quote = '',
                escape = '', header = false, auto_detect = false, new_line = '\\n', nullstr = '\x1d\x1d',
                max_line_size = {longest}, buffer_size = {max(longest * 2, 4 << 20)}
            )
        ),
        parted AS (
            SELECT line, record[1] = '{BROKEN}' AS broken, string_split(record, '{FIELD}') AS f FROM records
            WHERE line > {records.header_line} AND record <> '{FILLER}' AND (
                (record[1] > ' ' AND record[1] < chr(133)) OR trim(record, {literal(SPACES + FIELD)}) <> ''
            )
        )
        SELECT
            line,
            CASE
                WHEN broken THEN f[1][2:]
                WHEN len(f) < {width}
                    THEN 'The row has ' || len(f) || ' cells where the header has {width}.'
                WHEN len(f) > {width} AND {extra} > 0
                    THEN 'The row has ' || len(f) || ' cells where the header has {width}.'
            END AS problem,
            {cells},
            CASE
                WHEN broken THEN f[2]
                WHEN len(f) > {width} THEN array_to_string(f[{width + 1}:], ' | ')
            END AS rest
        FROM parted
    """)  # noqa: S608  every piece is ours or quoted
    return Table(records.header, _count(bench))


def load_parquet(bench: Bench, path: Path) -> Table:
    """Load a Parquet file; its "line" is the row's number, counted from 1."""
    source = f"read_parquet({literal(str(path))}, file_row_number = true)"
    return _load_typed(bench, source, "file_row_number + 1", "Parquet")


def load_sqlite(bench: Bench, path: Path, sql: str) -> Table:
    """Run a mapping's query over a SQLite file; "line" is the row's number in its answer, counted from 1."""
    duckdb_extensions.load(bench, "sqlite_scanner")
    try:
        bench.execute(f"ATTACH {literal(str(path))} AS db (TYPE sqlite, READ_ONLY)")
        bench.execute(f"CREATE VIEW answer AS SELECT row_number() OVER () AS answer_row, * FROM ({sql})")  # noqa: S608  the user's own query
    except duckdb.Error as error:
        raise BadInput(f"The mapping's query does not run on this database: {_first_line(error)}.") from None
    return _load_typed(bench, "answer", "answer_row", "SQLite")


def load_xlsx(bench: Bench, path: Path) -> Table:
    """Load the first sheet of a workbook; the header stands in its first row."""
    duckdb_extensions.load(bench, "excel")
    book = literal(str(path))
    try:
        options = "header = true, stop_at_empty = false, ignore_errors = true"
        guessed = bench.execute(f"DESCRIBE SELECT * FROM read_xlsx({book}, {options})").fetchall()  # noqa: S608
        bench.execute(f"""
            CREATE VIEW sheet AS
            SELECT row_number() OVER () AS line, * FROM read_xlsx(
                {book}, header = false, all_varchar = true, stop_at_empty = false)
        """)  # noqa: S608
        columns = [row[0] for row in bench.execute("DESCRIBE sheet").fetchall()][1:]
        first = bench.execute("SELECT * EXCLUDE (line) FROM sheet WHERE line = 1").fetchone()
    except duckdb.Error as error:
        raise BadInput(f"The workbook cannot be read: {_first_line(error)}.") from None
    header = [str(cell or "").strip() for cell in first or ()]
    if not any(header):
        raise BadInput("The workbook's first sheet has no header in its first row.")
    _check_width(len(header))
    cells = ", ".join(f"{_trimmed(quoted(name))} AS c{n}" for n, name in enumerate(columns))
    filled = "line > 1 AND (" + " OR ".join(f"c{n} IS NOT NULL" for n in range(len(columns))) + ")"
    _create(
        bench,
        f"SELECT line, NULL::VARCHAR AS problem, {cells}, NULL::VARCHAR AS rest FROM sheet",  # noqa: S608
        filled,
        "workbook",
    )
    numeric = frozenset(n for n, row in enumerate(guessed) if row[1] == "DOUBLE")
    return Table(header, _count(bench), numeric, serial_dates=True)


def cells_by_name(table: Table) -> str:
    """SQL for a row of `raw` as JSON, name -> cell; unnamed and repeated columns get their position."""
    cells = ", ".join(f"{literal(name)}: c{n}" for n, name in enumerate(cell_names(table)))
    plain = f"to_json({{{cells}}})::VARCHAR"
    return f"if(rest IS NULL, {plain}, to_json({{{cells}, {literal(REST)}: rest}})::VARCHAR)"


def cell_names(table: Table) -> list[str]:
    """Names of the cells, each once: unnamed and repeated columns get their position."""
    names: list[str] = []
    for position, name in enumerate(table.header, start=1):
        names.append(name if name and name not in names else f"{name or 'column'} ({position})")
    return names


def _load_typed(bench: Bench, source: str, line: str, what: str) -> Table:
    try:
        described = bench.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
    except duckdb.Error as error:
        raise BadInput(f"The {what} file cannot be read: {_first_line(error)}.") from None
    described = [row for row in described if row[0] not in {"file_row_number", "answer_row"}]
    _check_width(len(described))
    cells = ", ".join(f"{_as_text(row[0], row[1])} AS c{n}" for n, row in enumerate(described))
    query = f"SELECT {line} AS line, NULL::VARCHAR AS problem, {cells}, NULL::VARCHAR AS rest FROM {source}"  # noqa: S608
    _create(bench, query, "true", f"{what} file")
    numeric = frozenset(n for n, row in enumerate(described) if row[1].startswith(_NUMBERS))
    return Table([row[0] for row in described], _count(bench), numeric)


def _create(bench: Bench, query: str, condition: str, what: str) -> None:
    try:
        bench.execute(f"CREATE TABLE raw AS SELECT * FROM ({query}) WHERE {condition}")  # noqa: S608
    except duckdb.Error as error:
        raise BadInput(f"The {what} cannot be read: {_first_line(error)}.") from None


def _as_text(name: str, kind: str) -> str:
    """A typed cell as text; a float as the number that a person typed, without 17th digit and exponent."""
    cell = quoted(name)
    text = f"{cell}::VARCHAR"
    if kind in {"DOUBLE", "FLOAT"}:
        whole = f"{cell} = trunc({cell}) AND abs({cell}) < 1e14"
        odd = f"isfinite({cell}) AND (contains({text}, 'e') OR length({text}) > 14)"
        plain = f"rtrim(rtrim(printf('%.10f', {text}::DOUBLE), '0'), '.')"
        return f"CASE WHEN {whole} THEN {cell}::BIGINT::VARCHAR WHEN {odd} THEN {plain} ELSE {text} END"
    if kind == "BLOB":
        return f"CASE WHEN {cell} IS NOT NULL THEN '(binary)' END"
    if kind.startswith((*_NUMBERS, *_TIMES)) and not kind.endswith("]"):
        return text
    return _trimmed(f"({text})")


def _trimmed(cell: str) -> str:
    """SQL for a cell without white space around it, NULL where nothing is left.

    Only cells whose ends may be white space are trimmed: trimming by Unicode's list costs 15 times the test.
    """
    doubtful = " OR ".join(f"{end} < '!' OR {end} >= chr(133)" for end in (cell, f"reverse({cell})"))
    return f"nullif(CASE WHEN {doubtful} THEN trim({cell}, {literal(SPACES)}) ELSE {cell} END, '')"


def _count(bench: Bench) -> int:
    counted = bench.execute("SELECT count(*) FROM raw").fetchone()
    return int(counted[0]) if counted else 0


def _check_width(width: int) -> None:
    if width == 0:
        raise BadInput("The records hold no values at all.")
    if width > MOST_COLUMNS:
        raise BadInput(f"The file has {width} columns, more than {MOST_COLUMNS}; this is no table of orders.")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")


_NUMBERS = (
    *("DOUBLE", "FLOAT", "DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
)
_TIMES = ("DATE", "TIME")
