"""`fakturo issue`: drain the queue in the foreground, with or without a running server."""

import typer


def issue() -> None:
    """Draft, prove and issue everything that waits; print what became of it."""
    import asyncio

    from fakturo import worker
    from fakturo.cli.screen import console, progress, table
    from fakturo.clock import utc_now
    from fakturo.ledger import queue
    from fakturo.ledger.issuing import ChunkOutcome, issue_waiting
    from fakturo.ledger.open import open_ledger
    from fakturo.settings import current

    settings = current()
    engine = open_ledger(settings)
    before = queue.counts(engine, utc_now())
    done = ChunkOutcome()

    def rules(what: str, total: int) -> ChunkOutcome:
        seen = ChunkOutcome()
        with progress(what, total) as advance:

            def told(chunk: ChunkOutcome) -> None:
                nonlocal seen
                seen = seen + chunk
                advance(seen.issued + seen.review + seen.credit_requested)

            return issue_waiting(
                engine,
                seller=settings.seller,
                worker=worker.name(),
                clock=utc_now,
                lease_s=settings.ledger.lease_s,
                on_progress=told,
            )

    done = rules("Issuing", before["queued"])
    if queue.is_waiting(engine, "model", utc_now()):
        from fakturo.ai.lane import drain_model_lane

        drafted = asyncio.run(drain_model_lane(engine, settings, worker=worker.name(), now=utc_now))
        done = done + rules("Issuing drafted orders", drafted.drafted)
    after = queue.counts(engine, utc_now())
    rows = [
        ("issued", done.issued),
        ("to review", after["needs_review"] - before["needs_review"]),
        ("credit notes asked", done.credit_requested),
        ("parked", after["parked"]),
        ("dead letters", after["dead_letter"] - before["dead_letter"]),
        ("still queued", after["queued"] + after["working"]),
    ]
    table("Outcome", ("", "orders"), rows, right=(1,))
    if after["needs_review"]:
        console.print(
            f"{after['needs_review']} orders wait for a person: `fakturo orders list --status needs_review`"
        )
    if after["dead_letter"] - before["dead_letter"] > 0:
        raise typer.Exit(1)
