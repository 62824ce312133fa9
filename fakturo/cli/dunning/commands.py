"""`fakturo dunning …`: letters about overdue invoices, and what a person says about them."""

from datetime import datetime
from typing import Annotated

import typer

app = typer.Typer(
    help="Letters about overdue invoices: who gets one, who does not and why.", no_args_is_help=True
)

Number = Annotated[str, typer.Argument(help="INV-2026-000001")]
Customer = Annotated[str, typer.Argument(help="The seller's account number for the customer.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Look as if it were that day; letters are only sent today."),
]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="2026-04-15")]


@app.command("list")
def list_letters(
    as_of: AsOf = None,
    customer: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows of each table.")] = 50,
) -> None:
    """What would be sent today, what not and why, and the sums. Writes nothing."""
    from fakturo.cli.dunning.desk import day_of, terms
    from fakturo.cli.dunning.screen import show_proposal
    from fakturo.ledger.dunning.sending import propose
    from fakturo.ledger.open import open_ledger
    from fakturo.settings import current

    settings = current()
    proposal = propose(open_ledger(settings), terms(settings), day_of(as_of, settings))
    show_proposal(proposal, settings, customer=customer, limit=limit)


@app.command()
def run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
    as_of: AsOf = None,
) -> None:
    """Send the letters of today: into the outbox, from where they leave by e-mail and webhook."""
    from fakturo.cli.dunning.desk import day_of, may_send, terms
    from fakturo.cli.dunning.screen import show_proposal, show_sent
    from fakturo.cli.terminal.screen import progress
    from fakturo.clock import utc_now
    from fakturo.ledger.dunning.sending import Work, propose, send
    from fakturo.ledger.open import open_ledger
    from fakturo.settings import current

    settings = current()
    day = day_of(as_of, settings)
    if not dry_run:
        may_send(day, settings)
    engine = open_ledger(settings)
    proposal = propose(engine, terms(settings), day)
    if dry_run:
        show_proposal(proposal, settings, customer=None, limit=50)
        return
    import getpass

    work = Work(terms(settings), utc_now(), getpass.getuser())
    with progress("Letters", len(proposal.notices)) as advance:
        sent = send(engine, proposal, work, on_progress=advance)
    show_sent(sent, proposal)


@app.command()
def promise(
    invoice: Number,
    day: Day,
    amount: Annotated[str | None, typer.Argument(help="12.50; all that is open if left out.")] = None,
    reason: Annotated[str | None, typer.Option(help="Who said it, and how.")] = None,
) -> None:
    """Note that a customer has promised to pay by a day; until then the invoice is not dunned."""
    from fakturo.cli.dunning.desk import today
    from fakturo.cli.payments.desk import decider_of, read_amount
    from fakturo.cli.terminal.screen import money
    from fakturo.ledger.dunning import decisions
    from fakturo.ledger.open import reading
    from fakturo.ledger.orders.stories import find_invoice
    from fakturo.settings import current

    decider = decider_of(reason)
    with reading(decider.engine) as connection:
        currency = find_invoice(connection, invoice).currency
    minor = decisions.promise(
        decider, invoice, day.date(), read_amount(amount, currency), today=today(current())
    )
    typer.echo(f"{money(minor, currency)} of {invoice} are promised by {day.date()}; no letters until then.")


@app.command()
def stop(
    customer: Customer,
    reason: Annotated[str, typer.Option(help="Why; kept in the audit log.")],
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its last day; until resumed if left out.")
    ] = None,
) -> None:
    """Send a customer no letters."""
    from fakturo.cli.dunning.desk import today
    from fakturo.cli.payments.desk import decider_of
    from fakturo.ledger.dunning import decisions
    from fakturo.settings import current

    last = until.date() if until else None
    decisions.stop(decider_of(reason), customer, until=last, today=today(current()))
    typer.echo(f"{customer} gets no letters {f'until {last}' if last else 'until resumed'}.")


@app.command()
def resume(
    customer: Customer, reason: Annotated[str | None, typer.Option(help="Why; kept in the audit log.")] = None
) -> None:
    """Let a customer be dunned again; also where money that waits or was taken back held letters up."""
    from fakturo.cli.payments.desk import decider_of
    from fakturo.ledger.dunning import decisions

    stood = decisions.resume(decider_of(reason), customer)
    looked = "what waited for a person is looked at."
    typer.echo(f"{customer} is dunned again." if stood else f"{customer} was not stopped; {looked}")


@app.command()
def show(invoice: Number) -> None:
    """An invoice's story: its letters and what they claimed, promises, and what comes next."""
    from fakturo.cli.dunning.desk import terms, today
    from fakturo.cli.dunning.screen import show_story
    from fakturo.ledger.dunning.stories import read_story
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.settings import current

    settings = current()
    with reading(open_ledger(settings)) as connection:
        story = read_story(connection, invoice, terms(settings), today(settings))
    show_story(story, today(settings))
