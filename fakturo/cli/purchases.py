"""`fakturo purchases …`: what suppliers billed, as `fakturo ingest` kept it."""

import json
from typing import Annotated

import typer

app = typer.Typer(help="Invoices and credit notes of suppliers.", no_args_is_help=True)

COLUMNS = ("id", "number", "kind", "supplier", "date", "due", "total", "verdict", "note")
SHORT = ("id", "number", "supplier", "total", "verdict")


@app.command("list")
def list_documents(
    supplier: Annotated[str | None, typer.Option(help="A part of the supplier's name")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """The newest documents: who bills what, whether the official rules accept it, whether it came before."""
    from fakturo.cli.terminal.screen import listed, money
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.purchases import stories
    from fakturo.settings import current

    with reading(open_ledger(current())) as connection:
        rows = stories.recent(connection, limit=limit, supplier=supplier)
    sheet = [
        (
            *(row.id, row.number, row.kind.replace("_", " "), row.supplier),
            *(row.issue_date or "", row.due_date or ""),
            "" if row.total_minor is None else money(row.total_minor, row.currency),
            "accepted" if row.is_accepted else "refused",
            f"same number as {row.same_number_as}" if row.same_number_as else "",
        )
        for row in rows
    ]
    listed(f"Purchase documents ({len(rows)})", COLUMNS, sheet, right=("id", "total"), short=SHORT)


@app.command()
def show(document: Annotated[int, typer.Argument(help="Its id in the list")]) -> None:
    """One document: amounts, where its file lies, and every finding."""
    from fakturo.cli.terminal.screen import console, money, table
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.purchases import stories
    from fakturo.settings import current

    with reading(open_ledger(current())) as connection:
        row = stories.find(connection, document)
    amounts = [
        (name, "" if minor is None else money(minor, row.currency))
        for name, minor in (
            *(("net", row.net_minor), ("tax", row.tax_minor)),
            *(("total", row.total_minor), ("due", row.due_minor)),
        )
    ]
    facts = [
        ("number", row.number),
        ("kind", f"{row.kind.replace('_', ' ')} ({row.type_code}), {row.syntax}"),
        ("supplier", f"{row.supplier} {row.supplier_vat_id or ''}".strip()),
        ("billed to", row.buyer),
        ("date", row.issue_date or ""),
        ("due", row.due_date or ""),
        *amounts,
        ("file", f"{row.name}, kept as {row.archived_as}"),
    ]
    table(f"Purchase document {row.id}", ("what", "said"), facts)
    if row.same_number_as:
        console.print(
            f"Document {row.same_number_as} has the same supplier and number with other content: a "
            "correction, or billed twice; ask the supplier before you pay both.",
            style="yellow",
            soft_wrap=True,
        )
    found = [(each["weight"], each["rule"], each["text"]) for each in json.loads(row.findings)]
    table(f"Findings ({len(found)})", ("weight", "rule", "what"), found)
