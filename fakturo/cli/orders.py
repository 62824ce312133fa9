"""`fakturo orders …`: list, show, retry."""

import json
from typing import Annotated

import typer

from fakturo.errors import NotAllowed

app = typer.Typer(help="What customers asked for.", no_args_is_help=True)

COLUMNS = ("id", "order", "source", "customer", "date", "lines", "status", "why")


@app.command("list")
def list_orders(
    status: Annotated[str | None, typer.Option(help="queued, needs_review, issued, …")] = None,
    customer: Annotated[str | None, typer.Option()] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """The newest orders, of one status or customer."""
    from fakturo.cli.screen import table
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.stories import conditions, newest
    from fakturo.ledger.tables import orders
    from fakturo.settings import current

    with reading(open_ledger(current())) as connection:
        rows = newest(connection, orders, conditions(orders, status=status, customer_id=customer), limit)
    sheet = [
        (r.id, r.external_id, r.source, r.customer_id, r.ordered_on, r.line_count, r.status, r.status_reason)
        for r in rows
    ]
    table(f"Orders ({len(rows)})", COLUMNS, sheet, right=(0, 5))


@app.command()
def show(
    order: Annotated[str, typer.Argument(help="Order id, its own number, or an invoice number")],
) -> None:
    """One order: what was asked for, as it came and as it was understood."""
    from fakturo.cli.screen import console
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.stories import find_order
    from fakturo.settings import current

    with reading(open_ledger(current())) as connection:
        row = find_order(connection, order)
    console.print(f"Order {row.external_id} (id {row.id}, from {row.source}): {row.status}", style="bold")
    if row.status_reason:
        console.print(row.status_reason)
    if row.raw:
        console.print("\nAs it came:\n" + row.raw, markup=False)
    if row.content:
        console.print("\nAs understood:")
        console.print_json(json.dumps(json.loads(row.content)))


@app.command()
def retry(order: Annotated[str, typer.Argument(help="Order id or its own number")]) -> None:
    """Put a dead-lettered or parked order back into the queue at once."""
    import getpass

    from fakturo.cli.screen import console
    from fakturo.clock import utc_now
    from fakturo.ledger import queue
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.stories import find_order
    from fakturo.settings import current

    engine = open_ledger(current())
    with reading(engine) as connection:
        row = find_order(connection, order)
    if not queue.retry(engine, row.id, now=utc_now(), actor=getpass.getuser()):
        raise NotAllowed(f"Order {order} is {row.status}; only dead letters and parked orders are retried.")
    console.print(f"Order {order} is back in the queue.")
