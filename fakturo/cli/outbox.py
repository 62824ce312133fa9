"""`fakturo outbox …`: who was told of what, and what is sent again."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

app = typer.Typer(help="Webhooks and e-mail: what left, what waits.", no_args_is_help=True)

COLUMNS = ("event", "what", "about", "receiver", "state", "tries", "next", "why")
SHORT = ("event", "about", "receiver", "state", "why")
Receiver = Annotated[str | None, typer.Option(help="Name of a webhook, or email")]


@app.command("list")
def list_deliveries(
    status: Annotated[
        str | None, typer.Option(help="pending, delivered, gave_up, skipped, withdrawn")
    ] = None,
    receiver: Receiver = None,
    subject: Annotated[str | None, typer.Option(help="What it is about, e.g. INV-2026-000042")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """The newest deliveries: what became of each, when it is tried again, and how receivers do."""
    from fakturo.cli.terminal.screen import console, listed, moment
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.outbox import stories
    from fakturo.settings import current

    with reading(open_ledger(current())) as connection:
        rows = stories.recent(connection, limit=limit, status=status, receiver=receiver, subject=subject)
        waiting, ill = stories.count_unsent(connection), stories.in_trouble(connection)
    sheet = [
        (
            *(row.outbox_id, row.event, row.subject, row.receiver, row.status, row.attempts),
            *(moment(row.not_before) if row.status == "pending" else "", row.last_error),
        )
        for row in rows
    ]
    listed(f"Deliveries ({len(rows)})", COLUMNS, sheet, right=("event", "tries"), short=SHORT)
    if waiting:
        console.print(f"{waiting} events wait to be passed on; `fakturo outbox deliver` does it now.")
    for each in ill:
        rest = f", rests until {moment(each.paused_until)}" if each.paused_until else ""
        since = f"{each.failures} times in a row since {moment(each.failing_since)}"
        console.print(f"{each.name} has failed {since}{rest}.", style="yellow", markup=False)


@app.command()
def show(event: Annotated[str, typer.Argument(help="Its number, or its id as receivers see it")]) -> None:
    """One event: what it says, who was told, and every attempt."""
    from fakturo.cli.terminal.screen import console, moment, table
    from fakturo.delivery.event import event_id
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.outbox import stories
    from fakturo.settings import current

    with reading(open_ledger(current())) as connection:
        row = stories.find_event(connection, event)
        told, tries = stories.of_event(connection, row.id), stories.attempts(connection, row.id)
    console.print(f"{row.event} {row.subject}, {moment(row.created_at)}", style="bold", markup=False)
    console.print(event_id(row.id, row.event, row.subject, row.created_at))
    console.print_json(json.dumps(json.loads(row.payload)))
    state = [(each.receiver, each.status, moment(each.delivered_at or each.not_before)) for each in told]
    table("Told", ("receiver", "state", "at"), state)
    log = [
        (each.receiver, each.attempt, moment(each.started_at), each.outcome, each.http_status, each.error)
        for each in tries
    ]
    table("Attempts", ("receiver", "try", "at", "outcome", "answer", "why"), log, right=(1, 4))


@app.command()
def deliver() -> None:
    """Send now whatever is due; what fails is tried again by whoever runs next."""
    import asyncio

    from fakturo import worker
    from fakturo.cli.terminal.screen import console
    from fakturo.delivery.deliver import deliver as send
    from fakturo.delivery.receivers import receivers_of
    from fakturo.errors import NotAllowed
    from fakturo.ledger.open import open_ledger
    from fakturo.settings import current

    settings = current()
    if not receivers_of(settings):
        raise NotAllowed(
            "Nobody is set up to be told; add [[webhooks]] or [email] to fakturo.toml. Events wait for it."
        )
    tally = asyncio.run(send(open_ledger(settings), settings, worker=worker.name()))
    console.print(tally.in_words(), markup=False)
    if tally.too_old:
        console.print(
            f"{tally.too_old} were from before their receiver was set up and were not sent; "
            "`fakturo outbox replay --receiver NAME --since 2026-01-01` sends such."
        )


@app.command()
def replay(
    events: Annotated[list[str] | None, typer.Argument(help="Numbers or ids of events")] = None,
    receiver: Receiver = None,
    since: Annotated[datetime | None, typer.Option(help="All that happened from then on, UTC")] = None,
    subject: Annotated[str | None, typer.Option(help="All about this, e.g. INV-2026-000042")] = None,
    again: Annotated[bool, typer.Option("--again", help="Also what was delivered")] = False,
) -> None:
    """Queue events once more, under the ids they had: given up, skipped, or never sent to a receiver."""
    import getpass

    from fakturo.clock import utc_now
    from fakturo.delivery.receivers import find_receiver, receivers_of
    from fakturo.errors import BadInput
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.outbox import replaying
    from fakturo.ledger.outbox.stories import find_event
    from fakturo.settings import current

    if not (events or since or subject):
        raise BadInput("Name the events, or give --since DATE or --subject INV-2026-000042.")
    settings = current()
    receivers = [find_receiver(settings, receiver)] if receiver else receivers_of(settings)
    engine = open_ledger(settings)
    ids: list[int] | None = None
    if events:
        with reading(engine) as connection:
            ids = [find_event(connection, each).id for each in events]
    count = replaying.replay(
        engine,
        receivers,
        now=utc_now(),
        actor=getpass.getuser(),
        outbox_ids=ids,
        since=since.replace(tzinfo=UTC) if since else None,
        subject=subject,
        is_again=again,
    )
    typer.echo(f"{count} deliveries are queued; `fakturo outbox deliver` sends them now.")
