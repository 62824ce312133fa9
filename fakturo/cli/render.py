"""`fakturo render`: make the documents of issued invoices, or prove that one still is what it was."""

from typing import Annotated

import typer


def render(
    again: Annotated[
        str | None, typer.Option(help="Render this invoice once more and compare the bytes")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many documents")] = None,
) -> None:
    """Render every issued invoice that has no document; the same invoice always gives the same bytes."""
    from fakturo.cli.screen import console, progress
    from fakturo.clock import utc_now
    from fakturo.ledger.documents import count_unrendered
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.stories import find_invoice
    from fakturo.settings import current
    from reports.pdf import complaints
    from reports.write import render_again, write_pending

    settings = current()
    engine = open_ledger(settings)
    for complaint in complaints():
        console.print(complaint, style="yellow")
    if again is not None:
        with reading(engine) as connection:
            row = find_invoice(connection, again)
        console.print(
            f"{again}: identical bytes, SHA-256 {render_again(engine, settings, again, row.content)}"
        )
        return
    waiting = count_unrendered(engine)
    with progress("Rendering", min(waiting, limit or waiting)) as advance:
        outcome = write_pending(engine, settings, now=utc_now(), limit=limit, on_progress=advance)
    console.print(f"{outcome.written} documents, {outcome.pages} pages, in {settings.documents}")
    for number, reason in outcome.failed:
        console.print(f"{number}: {reason}", style="red", markup=False)
    if outcome.failed:
        raise typer.Exit(1)
