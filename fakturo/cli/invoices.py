"""`fakturo invoices …`: list and show."""

import json
from typing import Annotated

import typer

app = typer.Typer(help="What was issued.", no_args_is_help=True)

COLUMNS = ("number", "customer", "issued", "due", "net", "tax", "total", "payment")


@app.command("list")
def list_invoices(
    customer: Annotated[str | None, typer.Option()] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """The newest invoices."""
    from fakturo.cli.terminal.screen import money, table
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.orders.stories import conditions, newest
    from fakturo.ledger.tables import invoices
    from fakturo.settings import current

    with reading(open_ledger(current())) as connection:
        rows = newest(connection, invoices, conditions(invoices, customer_id=customer), limit)
    sheet = [
        (
            r.number,
            r.customer_id,
            r.issue_date,
            r.due_date,
            *(money(minor, r.currency) for minor in (r.net_minor, r.tax_minor, r.total_minor)),
            r.payment_status,
        )
        for r in rows
    ]
    table(f"Invoices ({len(rows)})", COLUMNS, sheet, right=(4, 5, 6))


@app.command()
def show(number: Annotated[str, typer.Argument(help="INV-2026-000001")]) -> None:
    """One invoice: its content as issued, and the hash that proves it."""
    from fakturo.cli.terminal.screen import console, money
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.orders.stories import find_invoice
    from fakturo.settings import current

    with reading(open_ledger(current())) as connection:
        row = find_invoice(connection, number)
    console.print(f"{row.number}: {money(row.total_minor, row.currency)}, due {row.due_date}", style="bold")
    console.print_json(json.dumps(json.loads(row.content)))
    console.print(f"SHA-256 {row.content_sha256}")
