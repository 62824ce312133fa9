"""`fakturo export`: every field of orders, drafts or invoices for other programs."""

import json
import sys
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

ROWS_AT_A_TIME = 1_000


class What(StrEnum):
    """What can be exported."""

    orders = "orders"
    drafts = "drafts"
    invoices = "invoices"


class Format(StrEnum):
    """How it is written."""

    jsonl = "jsonl"
    json = "json"


def export(
    what: Annotated[What, typer.Argument()],
    format: Annotated[Format, typer.Option(help="One object a line, or one list")] = Format.jsonl,  # noqa: A002
) -> None:
    """Write all rows to standard output, oldest first; `content` is the whole document."""
    from sqlalchemy import select

    from fakturo.ledger import columns, tables  # noqa: F401  tables fills columns.metadata
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.settings import current

    source = columns.metadata.tables[what.value]
    listed = format is Format.json
    write = sys.stdout.write
    with reading(open_ledger(current())) as connection:
        rows = connection.execute(
            select(source).order_by(source.c.id), execution_options={"yield_per": ROWS_AT_A_TIME}
        )
        before = "[\n" if listed else ""
        for row in rows.mappings():
            write(
                before
                + json.dumps({key: _plain(key, value) for key, value in row.items()}, ensure_ascii=False)
            )
            before = ",\n" if listed else "\n"
        if listed:
            write("[]\n" if before == "[\n" else "\n]\n")
        elif before:
            write("\n")


def _plain(key: str, value: Any) -> Any:
    if key == "content" and value is not None:
        return json.loads(value)
    return value.isoformat() if isinstance(value, (date, datetime)) else value
