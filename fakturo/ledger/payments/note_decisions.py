"""What a person decides about a credit note: put on another invoice of the same client, or taken off.

From then on the rules leave the note where it is; only money that goes out may use what is left of it.
"""

from datetime import date

from sqlalchemy import Connection, Row

from fakturo.errors import NotAllowed
from fakturo.ledger.open import writing
from fakturo.ledger.orders.stories import find_invoice
from fakturo.ledger.payment_tables import allocations
from fakturo.ledger.payments.balances import lock, standings
from fakturo.ledger.payments.decisions import (
    Decider,
    checked,
    not_before,
    opposite,
    standing_rows,
    why_of,
    write,
)
from fakturo.receivables.facts import PERSON, Allocation


def allocate_credit_note(decider: Decider, note: str, number: str, amount: int | None = None) -> int:
    """Put what is left of a credit note on an invoice.

    Args:
        note: number of the credit note.
        number: of the invoice.
        amount: minor units, > 0; None: as much as both have.

    Returns:
        Minor units that the note settles now.

    Raises:
        NotFound: no such number.
        NotAllowed: another client, another currency, no invoice, or more than there is.
    """
    with writing(decider.engine) as connection:
        credit, invoice = _note(connection, note), find_invoice(connection, number)
        lock(connection, [credit.customer_id, invoice.customer_id], [])
        if invoice.kind == "credit_note":
            raise NotAllowed(f"{number} is a credit note too; name an invoice.")
        if credit.customer_id != invoice.customer_id:
            raise NotAllowed(
                f"{note} is of client {credit.customer_id}, {number} of {invoice.customer_id}; a credit note "
                "settles invoices of its own client."
            )
        if credit.currency != invoice.currency:
            raise NotAllowed(f"{note} is in {credit.currency}, {number} in {invoice.currency}.")
        there = standings(connection, [credit.id, invoice.id])
        if there[credit.id].open_minor == 0:
            raise NotAllowed(
                f"Nothing is left of {note}; `fakturo payments unallocate {note}` takes it off first."
            )
        left, room = there[credit.id].open_minor, there[invoice.id].open_minor
        put = checked(amount, (left, note), (room, number), credit.currency)
        on = max(credit.issue_date, invoice.issue_date, not_before(connection, invoice.id, put) or date.min)
        row = Allocation(
            None, credit.id, invoice.id, "credit_note", credit.currency, put, on, PERSON, why_of(decider)
        )
        write(connection, decider, "credit_note.allocated", f"invoice:{note}", [row], number=number)
    return put


def unallocate_credit_note(decider: Decider, note: str, number: str | None = None) -> int:
    """Take a credit note off its invoices, or off one of them.

    Returns:
        Minor units of it that are free again.

    Raises:
        NotAllowed: it is on no invoice, or not on that one.
    """
    with writing(decider.engine) as connection:
        credit = _note(connection, note)
        invoice = find_invoice(connection, number) if number else None
        lock(connection, [credit.customer_id], [])
        of_note = (allocations.c.credit_note_id == credit.id) & allocations.c.invoice_id.is_not(None)
        rows = standing_rows(connection, of_note)
        rows = [each for each in rows if invoice is None or each.invoice_id == invoice.id]
        back = opposite(rows, why_of(decider))
        if not back:
            raise NotAllowed(f"{note} is on no invoice." if number is None else f"{note} is not on {number}.")
        write(connection, decider, "credit_note.unallocated", f"invoice:{note}", back, number=number)
    return -sum(each.amount_minor for each in back)


def _note(connection: Connection, number: str) -> Row[tuple[object, ...]]:
    found: Row[tuple[object, ...]] = find_invoice(connection, number)
    if found.kind != "credit_note":
        raise NotAllowed(f"{number} is an invoice; payments and credit notes are put on it.")
    return found
