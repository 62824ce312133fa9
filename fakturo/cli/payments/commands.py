"""`fakturo payments …`: what came in, what it settles, and what a person decides about the rest."""

from typing import Annotated

import typer

app = typer.Typer(help="Money that came in or went out, and the invoices it settles.", no_args_is_help=True)

COLUMNS = ("id", "day", "age", "payer", "client", "amount", "not allocated", "text")
SHORT = ("id", "age", "payer", "not allocated")
Payment = Annotated[str, typer.Argument(help="Payment id, or the bank's reference.")]
Number = Annotated[str, typer.Argument(help="INV-2026-000001")]
Amount = Annotated[
    str | None, typer.Option(help="12.50, in the payment's currency; all there is if left out.")
]
Reason = Annotated[str | None, typer.Option(help="Why; kept in the audit log.")]


@app.command("list")
def list_payments(
    customer: Annotated[str | None, typer.Option(help="Only those that state this client.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those with something left.")] = False,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """Payments, those with something left to allocate first, the oldest on top."""
    from fakturo.cli.terminal.screen import console, listed, money
    from fakturo.clock import utc_now
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.payments.cases import list_payments as found_payments
    from fakturo.settings import current

    today = utc_now().date()
    with reading(open_ledger(current())) as connection:
        found = found_payments(connection, customer=customer, only_waiting=waiting, limit=limit)
    if not found:
        console.print("No payment waits for a person." if waiting else "There are no payments yet.")
        return
    rows = [
        (
            row.id,
            row.value_date,
            f"{(today - row.value_date).days} d",
            row.payer or row.payer_account,
            row.customer_id,
            money(row.amount_minor, row.currency),
            money(rest, row.currency) if rest else "",
            row.remittance,
        )
        for row, rest in found
    ]
    listed(
        f"Payments ({len(rows)})", COLUMNS, rows, right=("id", "age", "amount", "not allocated"), short=SHORT
    )
    if found[0].rest_minor:
        console.print(f"\nWhat the first may be for: fakturo payments show {found[0].payment.id}")
    else:
        console.print("\nEvery payment is allocated in full.")


@app.command()
def show(payment: Payment) -> None:
    """One payment: what it settles, what is left, what it may be for, and the commands that say so."""
    from fakturo.cli.payments.screen import show_payment
    from fakturo.ledger.open import open_ledger, reading
    from fakturo.ledger.payments.allocating import terms_of
    from fakturo.ledger.payments.cases import open_payment
    from fakturo.settings import current

    settings = current()
    with reading(open_ledger(settings)) as connection:
        case = open_payment(connection, payment, terms_of(settings.receivables))
    show_payment(case)


@app.command()
def match() -> None:
    """Run the rules over all payments, and say what they did."""
    from fakturo.cli.payments.matching import match_and_tell
    from fakturo.ledger.open import open_ledger
    from fakturo.settings import current

    settings = current()
    match_and_tell(open_ledger(settings), settings)


@app.command()
def allocate(
    payment: Annotated[str, typer.Argument(help="Payment id or reference; or a credit note's number.")],
    invoice: Number,
    amount: Amount = None,
    reason: Reason = None,
) -> None:
    """Put a payment or a credit note on an invoice; money that went out reopens it."""
    from fakturo.cli.payments.desk import amount_of, decider_of, issued, read_amount
    from fakturo.cli.terminal.screen import money
    from fakturo.ledger.payments.decisions import allocate_by_person
    from fakturo.ledger.payments.note_decisions import allocate_credit_note

    decider = decider_of(reason)
    note = issued(decider, payment)
    if note is not None:
        put = allocate_credit_note(decider, payment, invoice, read_amount(amount, note.currency))
        typer.echo(f"{money(put, note.currency)} of {payment} settle {invoice}.")
        return
    minor, currency = amount_of(decider, payment, amount)
    put = allocate_by_person(decider, payment, invoice, minor)
    if put < 0:
        typer.echo(f"{money(-put, currency)} of {invoice} are open again.")
    else:
        typer.echo(f"{money(put, currency)} of payment {payment} settle {invoice}.")


@app.command()
def unallocate(
    payment: Annotated[
        str, typer.Argument(help="Payment id or reference; or the number of a credit note or an invoice.")
    ],
    invoice: Annotated[str | None, typer.Argument(help="Only off this one.")] = None,
    reason: Reason = None,
) -> None:
    """Take a payment or credit note off its invoices; of an invoice, take back what was written off."""
    from fakturo.cli.payments.desk import amount_of, decider_of, issued
    from fakturo.cli.terminal.screen import money
    from fakturo.errors import NotFound
    from fakturo.ledger.payments import decisions
    from fakturo.ledger.payments.note_decisions import unallocate_credit_note

    decider = decider_of(reason)
    try:
        _, currency = amount_of(decider, payment, None)
    except NotFound:
        number = issued(decider, payment)
        if number is not None and number.kind == "credit_note":
            free = unallocate_credit_note(decider, payment, invoice)
            typer.echo(f"{money(free, number.currency)} of {payment} are free; the rules leave it to you.")
            return
        if invoice is not None or number is None:
            raise
        decisions.take_back_write_off(decider, payment)
        typer.echo(f"{payment} is owed again.")
        return
    free = decisions.unallocate(decider, payment, invoice)
    typer.echo(f"{money(free, currency)} of payment {payment} are free again; the rules leave it to you.")


@app.command("write-off")
def write_off(invoice: Number, amount: Amount = None, reason: Reason = None) -> None:
    """Give up what is open of an invoice; `fakturo payments unallocate INVOICE` takes it back."""
    from fakturo.cli.payments.desk import decider_of, read_amount
    from fakturo.cli.terminal.screen import money
    from fakturo.ledger.open import reading
    from fakturo.ledger.orders.stories import find_invoice
    from fakturo.ledger.payments import decisions

    decider = decider_of(reason)
    with reading(decider.engine) as connection:
        currency = find_invoice(connection, invoice).currency
    put = decisions.write_off(decider, invoice, read_amount(amount, currency))
    typer.echo(f"{money(put, currency)} of {invoice} are written off.")


@app.command()
def refund(
    payment: Payment,
    amount: Amount = None,
    by: Annotated[str | None, typer.Option(help="The money that went out, if the bank shows it.")] = None,
    reason: Reason = None,
) -> None:
    """Say that what is left of a payment is paid back; the rules put the bank's refund to it."""
    from fakturo.cli.payments.desk import amount_of, decider_of
    from fakturo.cli.terminal.screen import money
    from fakturo.ledger.payments import decisions

    decider = decider_of(reason)
    minor, currency = amount_of(decider, payment, amount)
    put = decisions.refund(decider, payment, minor, by=by)
    typer.echo(f"{money(put, currency)} of payment {payment} are paid back.")
