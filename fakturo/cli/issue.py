"""`fakturo issue`: drain the queue in the foreground, with or without a running server."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from fakturo.cli.screen import Advance
    from fakturo.drain import Drain
    from fakturo.settings import Settings


def issue() -> None:
    """Draft, prove and issue everything that waits; print what became of it."""
    import asyncio

    from fakturo.cli.screen import console, progress, table
    from fakturo.clock import utc_now
    from fakturo.ledger import queue
    from fakturo.ledger.open import open_ledger
    from fakturo.settings import current

    settings = current()
    engine = open_ledger(settings)
    before = queue.counts(engine, utc_now())
    with progress("Issuing", before["queued"]) as advance:
        drained = asyncio.run(_drain(engine, settings, advance))
    after = queue.counts(engine, utc_now())
    rows = [
        ("issued", drained.issued.issued),
        ("to review", after["needs_review"] - before["needs_review"]),
        ("credit notes asked", drained.issued.credit_requested),
        ("parked", after["parked"]),
        ("dead letters", after["dead_letter"] - before["dead_letter"]),
        ("still queued", after["queued"] + after["working"]),
    ]
    table("Outcome", ("", "orders"), rows, right=(1,))
    if drained.stopped_by is not None:
        console.print(f"Drafting stopped: {drained.stopped_by} The rest stays queued.", style="yellow")
    if after["needs_review"]:
        console.print(
            f"{after['needs_review']} orders wait for a person: `fakturo orders list --status needs_review`"
        )
    if drained.stopped_by is not None or after["dead_letter"] > before["dead_letter"]:
        raise typer.Exit(1)


async def _drain(engine: "Engine", settings: "Settings", advance: "Advance") -> "Drain":
    from fakturo import worker
    from fakturo.ai.client import open_client
    from fakturo.ai.one_order import in_foreground
    from fakturo.clock import utc_now
    from fakturo.drain import Drain

    client = open_client(settings)
    me = worker.name()
    drain = Drain(
        engine,
        settings,
        worker=me,
        clock=utc_now,
        draft=in_foreground(client, engine=engine, settings=settings, worker=me, now=utc_now),
        endpoint=client.name if client else None,
    )

    async def told() -> None:
        advance(drain.finished)

    try:
        await drain.run(on_progress=told)
    finally:
        if client:
            await client.aclose()
    return drain
