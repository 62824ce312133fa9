"""`fakturo status`: what waits and why, what was published, and one order's whole story."""

from pathlib import Path
from typing import Annotated, Any

import typer

from fakturo.settings import Settings


def status(
    order: Annotated[
        str | None, typer.Argument(help="An order's id or number: tells its whole story")
    ] = None,
) -> None:
    """Show queue, reviews, invoices and the last publish; or everything that happened to one order."""
    from fakturo.clock import utc_now
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.outbox.held_builds import standing
    from fakturo.settings import current

    settings = current()
    with reading(open_ledger(settings)) as connection:
        if order is not None:
            _story(connection, order, settings, utc_now())
            return
        _queue(connection, settings, utc_now())
        _invoices(connection)
        _money(connection)
        _deliveries(connection)
        held = standing(connection)
    _published(settings.warehouse_file, held)
    _server(settings)


def _story(connection: Any, key: str, settings: Settings, now: Any) -> None:
    from fakturo.cli.orders.outlooks import head
    from fakturo.cli.terminal.screen import console, moment, table
    from fakturo.ledger.orders.stories import find_order, story

    row = find_order(connection, key)
    for line in head(connection, row, settings, now):
        console.print(line, soft_wrap=True)
    table("", ("UTC", "what happened"), [(moment(at), what) for at, what in story(connection, row)])


def _queue(connection: Any, settings: Settings, now: Any) -> None:
    from fakturo.cli.orders.outlooks import lanes
    from fakturo.cli.terminal.plain import clean
    from fakturo.cli.terminal.screen import console, moment, table
    from fakturo.ledger.orders.queue import count_states
    from fakturo.ledger.orders.stories import dead_letters, parked, reasons

    states = [
        (name.replace("_", " "), count) for name, count in count_states(connection, now).items() if count
    ]
    table("Orders", ("state", "orders"), states or [("none yet", 0)], right=(1,))
    for line in lanes(connection, settings, now):
        console.print(clean(line), markup=False, soft_wrap=True)
    waiting = reasons(connection, "needs_review")
    if waiting:
        table("\nIn review, by reason", ("finding", "orders"), waiting, right=(1,))
        console.print("The oldest first, and what can be done: fakturo review list")
    resting = [(reason, count, moment(first)) for reason, count, first in parked(connection, now)]
    if resting:
        table("\nParked, by reason", ("reason", "orders", "next try (UTC)"), resting, right=(1,))
    dead = dead_letters(connection)
    if dead:
        columns = ("class", "HTTP", "orders", "one of them")
        table("\nDead letters, by the last answer", columns, dead, right=(1, 2))
        console.print("All of them again: fakturo orders retry --all-dead-letters")


def _invoices(connection: Any) -> None:
    """Counts and sums by currency; a credit note counts against the total, imported ones have no PDF."""
    from sqlalchemy import case, func, select

    from fakturo.cli.terminal.screen import money, table
    from fakturo.history import SERIES
    from fakturo.ledger.tables import documents, invoices

    is_imported = invoices.c.series == SERIES
    signed = case((invoices.c.kind == "credit_note", -invoices.c.total_minor), else_=invoices.c.total_minor)
    query = (
        select(
            invoices.c.currency,
            func.sum(case((is_imported, 0), else_=1)),
            func.sum(case((is_imported, 1), else_=0)),
            func.sum(signed),
            func.count(documents.c.id),
        )
        .outerjoin(documents, documents.c.invoice_id == invoices.c.id)
        .group_by(invoices.c.currency)
        .order_by(invoices.c.currency)
    )
    rows = [
        (currency, int(issued), int(imported), pdfs, money(int(total), currency))
        for currency, issued, imported, total, pdfs in connection.execute(query)
    ]
    if rows:
        table("\nInvoices", ("currency", "issued", "imported", "PDFs", "total"), rows, right=(1, 2, 3, 4))


def _money(connection: Any) -> None:
    """What came in and is on no invoice."""
    from fakturo.cli.terminal.screen import console, money
    from fakturo.ledger.payments.cases import waiting_sums

    for currency, count, minor in waiting_sums(connection):
        what = "1 payment waits" if count == 1 else f"{count} payments wait"
        console.print(
            f"\n{what} with {money(minor, currency)} on no invoice: fakturo payments list --waiting"
        )


def _deliveries(connection: Any) -> None:
    """What was given up, and receivers that fail."""
    from fakturo.cli.terminal.screen import console, moment, table
    from fakturo.ledger.outbox import stories

    lost = [(name, count, moment(last)) for name, count, last in stories.given_up(connection)]
    if lost:
        table("\nDeliveries given up", ("receiver", "events", "the last (UTC)"), lost, right=(1,))
        console.print("Why: fakturo outbox list --status gave_up; again: fakturo outbox replay EVENT")
    for each in stories.in_trouble(connection):
        since = f"{each.failures} times in a row since {moment(each.failing_since)}"
        console.print(f"\n{each.name} has failed {since}: fakturo outbox list", markup=False)


def _published(file: Path, held: Any) -> None:
    from datetime import UTC, datetime

    from fakturo.cli.terminal.screen import console, moment

    if file.exists():
        at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        console.print(f"\nWarehouse published {moment(at)} UTC: {file}")
    else:
        console.print("\nNo warehouse yet: `fakturo build` makes one.")
    if held is not None:
        console.print(f"Held back since {moment(held.since)} UTC; {held.message}", style="red", markup=False)


def _server(settings: Settings) -> None:
    """The last runs, when a Prefect server answers; the ledger needs none."""
    from fakturo import server
    from fakturo.cli.terminal.screen import console, table

    if not server.answers(settings):
        console.print(f"No server at {server.address(settings)}: `fakturo up` starts all.")
        return
    runs = [(run.started, run.flow, run.name, run.state) for run in server.recent_runs(settings)]
    table("\nLast runs", ("UTC", "flow", "run", "state"), runs)
    console.print(f"All runs and schedules: {server.address(settings)}")
