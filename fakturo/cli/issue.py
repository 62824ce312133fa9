"""`fakturo issue`: drain the queue in the foreground, with or without a running server."""

from typing import Annotated

import typer


def issue(
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for parked orders or a resting AI provider.")
    ] = 60.0,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Ask the AI model anew, also where its answer was kept.")
    ] = False,
) -> None:
    """Draft, prove and issue everything that waits; print what became of it."""
    import asyncio
    import uuid

    from fakturo import foreground
    from fakturo.cli.terminal.screen import console, progress, table
    from fakturo.clock import utc_now
    from fakturo.closing_table import closing_table
    from fakturo.drain import Drain
    from fakturo.ledger.open import open_ledger
    from fakturo.ledger.orders import queue
    from fakturo.settings import current

    settings = current()
    if no_cache:
        settings = settings.model_copy(update={"ai": settings.ai.model_copy(update={"cache": False})})
    engine = open_ledger(settings)
    before = queue.counts(engine, utc_now())
    run_id = f"issue-{uuid.uuid4()}"
    with progress("Issuing", before["queued"]) as advance:

        async def told(drain: Drain) -> None:
            advance(drain.finished)

        drained = asyncio.run(
            foreground.drain(engine, settings, patience_s=patience, run_id=run_id, on_progress=told)
        )
    after = queue.counts(engine, utc_now())
    rows = [(row.name, row.value) for row in closing_table(engine, drained, run_id)]
    rows += [(f"still {state}", str(after[state])) for state in ("queued", "parked") if after[state]]
    table("Outcome", ("", ""), rows, right=(1,))
    if drained.stopped_by is not None:
        console.print(f"Drafting stopped: {drained.stopped_by} The rest stays queued.", style="yellow")
    if after["needs_review"]:
        console.print(f"{after['needs_review']} orders wait for a person: `fakturo review list`")
    if drained.stopped_by is not None or after["dead_letter"] > before["dead_letter"]:
        raise typer.Exit(1)
