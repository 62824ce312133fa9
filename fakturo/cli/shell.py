"""The SQL shell: a prompt with history and completion over one locked, read-only connection."""

import atexit
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from fakturo.cli import result
from fakturo.errors import FakturoError
from fakturo.warehouse.reading import ask

HELP = """\
.tables            the tables, and what one row of each is
.describe TABLE    the columns of a table
.format NAME       table, csv or json
.quit              leave (or Ctrl-D)
A query ends with ;"""
PROMPT, MORE = "fakturo> ", "     ... "
LONGEST_HISTORY = 1000
_TABLES = """
    select table_name, estimated_size as rows, comment as description from duckdb_tables()
    where database_name = current_database() and schema_name = 'main' order by table_name
"""
_DESCRIBE = """
    select column_name, lower(data_type) as type, comment as description from duckdb_columns()
    where database_name = current_database() and table_name = '{table}' order by column_index
"""


def run(
    connection: Any,
    *,
    history: Path | None = None,
    read: Callable[[str], str] = input,
) -> None:
    """Read queries until .quit or the end of input."""
    if history:
        _remember(connection, history)
    sys.stdout.write("The published warehouse, read-only. .help lists the commands, a query ends with ;\n")
    form, pending = "table", ""
    while True:
        try:
            line = read(MORE if pending else PROMPT)
        except EOFError:
            return
        except KeyboardInterrupt:  # as in other shells: drops the query that is being typed
            sys.stdout.write("\n")
            pending = ""
            continue
        if not pending and line.strip().startswith("."):
            word, _, rest = line.strip().partition(" ")
            if word in {".quit", ".exit"}:
                return
            if word == ".format" and rest in {"table", "csv", "json"}:
                form = rest
                continue
            _answer(connection, _command(word, rest.strip()), "table")
            continue
        pending = f"{pending}\n{line}" if pending else line
        if pending.rstrip().endswith(";"):
            _answer(connection, pending, form, timed=True)
            pending = ""
        elif not pending.strip():
            pending = ""


def _command(word: str, rest: str) -> str:
    """The query that answers a dot command; empty when the command is not known."""
    if word == ".tables":
        return _TABLES
    if word == ".describe" and rest:
        return _DESCRIBE.replace("{table}", rest.rstrip(";").replace("'", "''"))
    return ""


def _answer(connection: Any, query: str, form: str, *, timed: bool = False) -> None:
    if not query:
        sys.stdout.write(f"{HELP}\n")
        return
    started = time.perf_counter()
    try:
        count = result.write(ask(connection, query), form, None)
    except FakturoError as error:
        sys.stdout.write(f"{error}\n")
        return
    except KeyboardInterrupt:
        connection.interrupt()
        sys.stdout.write("Stopped.\n")
        return
    if timed:
        rows = "" if count is None else f"{count} row{'' if count == 1 else 's'}, "
        sys.stdout.write(f"{rows}{time.perf_counter() - started:.3f} s\n")


def _remember(connection: Any, history: Path) -> None:
    """History over sessions, and completion of tables, columns and words."""
    try:
        import readline
    except ImportError:  # a Python built without it
        return
    words = [
        row[0]
        for row in connection.execute(
            "select distinct name from (select table_name as name from duckdb_tables() "
            "where schema_name = 'main' union all select column_name from duckdb_columns() "
            "where schema_name = 'main' union all select keyword_name from duckdb_keywords()) order by name"
        ).fetchall()
    ]

    def complete(text: str, state: int) -> str | None:
        fitting = [word for word in words if word.startswith(text.lower())]
        return fitting[state] if state < len(fitting) else None

    readline.set_completer(complete)
    readline.parse_and_bind("tab: complete")
    readline.set_history_length(LONGEST_HISTORY)
    with suppress(OSError):  # no history yet
        readline.read_history_file(history)
    atexit.register(_save, history)


def _save(history: Path) -> None:
    import readline

    with suppress(OSError):  # a home that may not be written
        readline.write_history_file(history)
