"""`fakturo sql`: ask the published warehouse; without a query, a shell."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fakturo.errors import BadInput


class Format(StrEnum):
    """How a result is written."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def sql(
    query: Annotated[str | None, typer.Argument(help="One SELECT; '-' reads it from standard input.")] = None,
    form: Annotated[Format, typer.Option("--format", "-f", help="How the result is written.")] = Format.table,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Ask the publish of this day (UTC): 2026-11-01.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Most rows that a table shows.")] = 200,
) -> None:
    """Ask the published warehouse: read-only, no files, no network. Without a query, a shell."""
    import sys

    from fakturo.cli import result, shell
    from fakturo.settings import current
    from fakturo.warehouse.reading import ask, open_published

    connection = open_published(current(), as_of=_moment(as_of))
    with connection:
        if query is None and sys.stdin.isatty():
            shell.run(connection, history=current().home / "sql_history")
            return
        text = sys.stdin.read() if query in {None, "-"} else query
        result.write(ask(connection, text or ""), form.value, out, most_rows=rows)


def _moment(text: str | None) -> date | datetime | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-01") else datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"--as-of {text!r} is no date; write 2026-11-01 or 2026-11-01T14:30:00+00:00."
        ) from None
