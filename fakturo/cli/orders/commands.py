"""`fakturo orders …`: list, show, retry."""

import json
from typing import Annotated

import typer

app = typer.Typer(help="What customers asked for.", no_args_is_help=True)

COLUMNS = ("id", "order", "source", "customer", "date", "lines", "state", "next", "why")
SHORT = ("id", "order", "state", "next", "why")


@app.command("list")
def list_orders(
    status: Annotated[str | None, typer.Option(help="queued, needs_review, issued, …")] = None,
    customer: Annotated[str | None, typer.Option()] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """The newest orders, of one status or customer: why each waits, and when it will have moved on."""
    from fakturo.cli.orders.outlooks import soon, state, waits_of
    from fakturo.cli.terminal.screen import listed
    from fakturo.clock import utc_now
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.orders.stories import conditions, newest
    from fakturo.ledger.tables import orders
    from fakturo.settings import current

    settings, now = current(), utc_now()
    with reading(open_ledger(settings)) as connection:
        rows = newest(connection, orders, conditions(orders, status=status, customer_id=customer), limit)
        waits = waits_of(connection, rows, settings, now)
    sheet = [
        (
            *(row.id, row.external_id, row.source, row.customer_id, row.ordered_on, row.line_count),
            *(state(row, now), soon(wait.at, now), wait.why),
        )
        for row, wait in zip(rows, waits, strict=True)
    ]
    listed(f"Orders ({len(rows)})", COLUMNS, sheet, right=("id", "lines"), short=SHORT)


@app.command()
def show(
    order: Annotated[str, typer.Argument(help="Order id, its own number, or an invoice number")],
) -> None:
    """One order: its state, what was asked for as it came, and as it was understood."""
    from fakturo.cli.orders.outlooks import head
    from fakturo.cli.terminal.plain import clean
    from fakturo.cli.terminal.screen import console
    from fakturo.clock import utc_now
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.orders.stories import find_order
    from fakturo.settings import current

    settings = current()
    with reading(open_ledger(settings)) as connection:
        row = find_order(connection, order)
        lines = head(connection, row, settings, utc_now())
    for line in lines:
        console.print(line, soft_wrap=True)
    if row.raw:
        console.print("\nAs it came:\n" + clean(row.raw), markup=False)
    if row.content:
        console.print("\nAs understood:")
        console.print_json(json.dumps(json.loads(row.content)))


@app.command()
def retry(
    orders: Annotated[list[str] | None, typer.Argument(help="Order ids, or the orders' own numbers.")] = None,
    all_dead_letters: Annotated[bool, typer.Option("--all-dead-letters")] = False,
) -> None:
    """Put dead-lettered or parked orders back into the queue at once."""
    import getpass

    from fakturo.clock import utc_now
    from fakturo.errors import BadInput, FakturoError, NotAllowed
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.orders import queue
    from fakturo.ledger.orders.stories import find_order, ids_of
    from fakturo.settings import current

    if bool(orders) == all_dead_letters:
        raise BadInput("Name the orders to be tried again, or give --all-dead-letters.")
    engine, actor = open_ledger(current()), getpass.getuser()
    if all_dead_letters:
        with reading(engine) as connection:
            ids = ids_of(connection, "dead_letter")
        moved = sum(queue.retry(engine, order_id, now=utc_now(), actor=actor) for order_id in ids)
        typer.echo(f"{moved} of {len(ids)} dead letters are back in the queue.")
        return
    refused: list[FakturoError] = []
    for key in orders or ():
        try:
            with reading(engine) as connection:
                row = find_order(connection, key)
            if not queue.retry(engine, row.id, now=utc_now(), actor=actor):
                raise NotAllowed(
                    f"Order {key} is {row.status}; only dead letters and parked orders are retried."
                )
            typer.echo(f"Order {key} is back in the queue.")
        except FakturoError as error:
            refused.append(error)
    for each in refused[:-1]:
        typer.echo(str(each), err=True)
    if refused:
        raise refused[-1]
