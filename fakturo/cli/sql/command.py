"""`fakturo sql`: ask the published warehouse; without a query, a shell."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from fakturo.errors import BadInput, NotAllowed


class Format(StrEnum):
    """How a result is written."""

    table = "table"
    records = "records"
    csv = "csv"
    json = "json"
    parquet = "parquet"
    xlsx = "xlsx"


def sql(
    query: Annotated[str | None, typer.Argument(help="One SELECT; '-' reads it from standard input.")] = None,
    form: Annotated[
        Format | None, typer.Option("--format", "-f", help="How the result is written; by FILE's ending.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write to FILE: .csv, .json, .parquet or .xlsx.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Ask the publish of this day (UTC): 2026-11-01.")
    ] = None,
    name: Annotated[str | None, typer.Option("--run", help="A saved query, by name.")] = None,
    given: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter of it: as_of=2026-03-31.")
    ] = None,
    rows: Annotated[
        int | None, typer.Option("--rows", min=1, help="Most rows that a table shows; 200.")
    ] = None,
    timeout: Annotated[
        float | None, typer.Option("--timeout", min=0, help="Seconds until a query is stopped; 0: never.")
    ] = None,
    locked: Annotated[
        bool, typer.Option("--locked", help="For shared use: write no file, loosen no limit.")
    ] = False,
) -> None:
    """Ask the published warehouse: read-only, no files, no network. Without a query, a shell."""
    import sys

    from fakturo.cli.sql import shell
    from fakturo.cli.sql.day import day_or_moment
    from fakturo.settings import current
    from fakturo.warehouse.session import Session

    settings = current()
    locked = locked or settings.sql.locked
    if locked and out is not None:
        raise NotAllowed("This session is locked: no file is written. --format csv prints text.")
    if locked and timeout is not None and not 0 < timeout <= (settings.sql.timeout_s or timeout):
        raise NotAllowed(
            f"This session is locked: {settings.sql.timeout_s:g} s at most (FAKTURO_SQL_TIMEOUT_S)."
        )
    most = shell.most_rows(settings, rows or settings.sql.rows, is_locked=locked)
    moment = day_or_moment(as_of, "--as-of") if as_of else None
    session = Session(settings, as_of=moment, timeout_s=timeout, is_locked=locked)
    if query is None and name is None and sys.stdin.isatty():
        history = None if locked else settings.home / "sql_history"
        shell.run(shell.Shell(session, settings, most), history=history)
        session.close()
        return
    if name is not None:
        query = _saved(session, settings, name, given or [])
    elif given:
        raise BadInput("--set gives parameters to a saved query; name it with --run.")
    else:
        query = sys.stdin.read() if query in {None, "-"} else query
    _answer(session, query or "", form, out, most)


def _saved(session: Any, settings: Any, name: str, given: list[str]) -> str:
    from fakturo.cli.sql.shell import parameters
    from fakturo.warehouse.saved_queries import assignments, find_query

    found = find_query(settings, name)
    session.assign(assignments(found, parameters(given)))
    return found.text


def _answer(session: Any, query: str, form: Format | None, out: Path | None, most: int) -> None:
    from fakturo.cli.sql.shell import about
    from fakturo.cli.terminal import result

    told = about(session, query) if out is not None else []
    chosen = form.value if form else (result.form_of(out) if out is not None else "table")
    with session.answering(query) as answer:
        result.write(answer, chosen, out, most_rows=most, about=told)
    session.close()
