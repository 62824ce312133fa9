"""`fakturo render`: make the documents of issued invoices, or prove that they still are what they were."""

from collections.abc import Sequence
from typing import Annotated

import typer
from sqlalchemy import Engine

from fakturo.settings import Settings


def render(
    numbers: Annotated[
        list[str] | None, typer.Argument(help="Only these invoices, e.g. INV-2026-000042")
    ] = None,
    again: Annotated[
        bool,
        typer.Option("--again", help="Render these invoices once more and compare file, ledger and bytes"),
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many documents")] = None,
) -> None:
    """Render every issued invoice that has no document; the same invoice always gives the same bytes."""
    from fakturo.cli.terminal.screen import console, progress
    from fakturo.clock import utc_now
    from fakturo.ledger.issuing.documents import count_unrendered
    from fakturo.ledger.open import open_ledger
    from fakturo.settings import current
    from reports.write import write_pending

    settings = current()
    engine = open_ledger(settings)
    if again:
        if not numbers:
            raise typer.BadParameter("name the invoices: fakturo render --again INV-2026-000042")
        _prove(engine, settings, numbers)
        return
    waiting = len(set(_contents(engine, numbers))) if numbers else count_unrendered(engine)
    with progress("Rendering", min(waiting, limit or waiting)) as advance:
        outcome = write_pending(
            engine, settings, now=utc_now(), limit=limit, numbers=numbers, on_progress=advance
        )
    for complaint in outcome.complaints:
        console.print(complaint, style="yellow", markup=False)
    console.print(f"{outcome.written} documents, {outcome.pages} pages, in {settings.documents}")
    for number, reason in outcome.failed:
        console.print(f"{number}: {reason}", style="red", markup=False)
    for number in numbers or ():
        _tell_where(engine, settings, number)
    if outcome.failed:
        raise typer.Exit(1)


def _contents(engine: Engine, numbers: Sequence[str]) -> dict[str, str]:
    """Content of every invoice named; one that is not there or not ours is an error before all else."""
    from fakturo.errors import BadInput
    from fakturo.history import SERIES
    from fakturo.ledger.open import reading
    from fakturo.ledger.orders.stories import find_invoice

    with reading(engine) as connection:
        rows = {number: find_invoice(connection, number) for number in numbers}
    imported = next((number for number, row in rows.items() if row.series == SERIES), None)
    if imported is not None:
        raise BadInput(
            f"Invoice {imported} was issued by another system, which made its document; leave it out here."
        )
    return {number: row.content for number, row in rows.items()}


def _prove(engine: Engine, settings: Settings, numbers: Sequence[str]) -> None:
    from fakturo.cli.terminal.screen import console
    from fakturo.errors import FakturoError
    from reports.write import render_again

    differ = 0
    for number, content in _contents(engine, numbers).items():
        try:
            sha256 = render_again(engine, settings, number, content)
        except FakturoError as error:
            differ += 1
            console.print(str(error), style="red", markup=False)
        else:
            console.print(f"{number}: identical bytes, SHA-256 {sha256}", soft_wrap=True)
    if differ:
        raise typer.Exit(1)


def _tell_where(engine: Engine, settings: Settings, number: str) -> None:
    from fakturo.cli.terminal.screen import console
    from fakturo.ledger.issuing.documents import find

    made = find(engine, number)
    if made is not None:
        console.print(f"{number}: {settings.documents / made.path}", soft_wrap=True)
