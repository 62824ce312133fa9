"""`fakturo metric`: figures that are defined once; without a name, what there is."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fakturo.warehouse.metrics.layer import Layer


class Format(StrEnum):
    """How a result is written."""

    table = "table"
    csv = "csv"
    json = "json"
    sql = "sql"


def metric(
    names: Annotated[
        str | None, typer.Argument(help="A metric, or several: revenue,average_invoice.", metavar="[NAME]")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Group by: month,customer_country.")] = "",
    where: Annotated[str | None, typer.Option("--where", help="\"customer_country = 'GB'\"")] = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
    form: Annotated[
        Format, typer.Option("--format", "-f", help="How the result is written; sql shows what is asked.")
    ] = Format.table,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file.")] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Most rows that a table shows.")] = 200,
) -> None:
    """Ask for a metric of the warehouse; amounts always stand by currency. Without a name, list all."""
    from fakturo.cli.terminal import result
    from fakturo.settings import current
    from fakturo.warehouse.metrics.layer import layer
    from fakturo.warehouse.metrics.query import Question, compiled
    from fakturo.warehouse.reading import ask, open_published
    from flows.parse_transforms import semantic_manifest

    known = layer(semantic_manifest(current()))
    if names is None:
        _list(known)
        return
    question = Question(
        metrics=_words(names),
        by=_words(by),
        where=where,
        since=since and since.date(),
        until=until and until.date(),
    )
    query = compiled(known, question)
    if form is Format.sql:
        typer.echo(query)
        return
    with open_published(current()) as connection:
        result.write(ask(connection, query), form.value, out, most_rows=rows)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _list(known: "Layer") -> None:
    from rich.padding import Padding
    from rich.table import Table

    from fakturo.cli.terminal.screen import console
    from fakturo.warehouse.metrics.layer import GRAINS

    definitions = known.definitions.values()
    for groupings in dict.fromkeys(tuple(each.groupings) for each in definitions):
        sheet = Table(box=None, show_header=False, pad_edge=False)
        sheet.add_column(no_wrap=True, style="bold", min_width=22)
        sheet.add_column()
        for each in definitions:
            if tuple(each.groupings) == groupings:
                sheet.add_row(each.name, each.description)
        console.print(f"by time, {', '.join(groupings)}", style="cyan")
        console.print(Padding(sheet, (0, 0, 1, 2)))
    console.print(
        f"Time is {', '.join(GRAINS)}. Amounts always stand by currency.\n"
        "fakturo metric revenue,invoices --by month,customer_country --from 2026-01-01"
    )
