"""What a person says about dunning: promises to pay, stops, resumes. One audited transaction each."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from fakturo.errors import BadInput, NotAllowed, NotFound
from fakturo.ledger import audit_chain
from fakturo.ledger.dunning.facts import read_spoken
from fakturo.ledger.dunning_tables import dunning_stops, payment_promises
from fakturo.ledger.open import writing
from fakturo.ledger.orders.stories import find_invoice
from fakturo.ledger.payments.balances import lock, standings
from fakturo.ledger.payments.cases import amount_in_words
from fakturo.ledger.payments.decisions import Decider
from fakturo.ledger.tables import customers


def promise(decider: Decider, number: str, due_on: date, amount: int | None = None, *, today: date) -> int:
    """Note that a customer has promised to pay; a later promise of the invoice takes its place.

    Args:
        amount: minor units; None: all that is open.
        today: the seller's day.

    Returns:
        Minor units that are promised.

    Raises:
        BadInput: a day that has passed, or no amount.
        NotAllowed: nothing is open, or less than that.
    """
    if due_on < today:
        raise BadInput(f"{due_on} has passed; a promise names today or a later day.")
    with writing(decider.engine) as connection:
        invoice = find_invoice(connection, number)
        lock(connection, [invoice.customer_id], [])
        here = standings(connection, [invoice.id])[invoice.id]
        if invoice.kind == "credit_note":
            raise NotAllowed(f"{number} is a credit note; promises are about invoices.")
        if here.open_minor == 0:
            raise NotAllowed(f"Nothing of {number} is open.")
        minor = here.open_minor if amount is None else amount
        if minor <= 0:
            raise BadInput(f"An amount is more than nothing; {minor} is not.")
        if minor > here.open_minor:
            most = amount_in_words(here.open_minor, invoice.currency)
            raise NotAllowed(f"Only {most} of {number} are open.")
        row = {
            "invoice_id": invoice.id,
            "due_date": due_on,
            "amount_minor": minor,
            "open_minor": here.open_minor,
            "note": decider.reason,
            "actor": decider.actor,
            "created_at": decider.now,
        }
        connection.execute(insert(payment_promises).values(row))
        told = {"due_date": str(due_on), "amount_minor": minor, "currency": invoice.currency}
        _log(connection, decider, "invoice.payment_promised", f"invoice:{number}", told)
    return minor


def stop(decider: Decider, customer_id: str, *, until: date | None, today: date) -> None:
    """Send a customer no letters, until a day or until resumed.

    Raises:
        BadInput: no reason, or a day that has passed.
        NotFound: no such customer.
    """
    if not (decider.reason or "").strip():
        raise BadInput(f'Why is {customer_id} not dunned? Say it with --reason "…"; the audit log keeps it.')
    if until is not None and until < today:
        raise BadInput(f"{until} has passed; a stop ends today or later.")
    with writing(decider.engine) as connection:
        _find_customer(connection, customer_id)
        lock(connection, [customer_id], [])
        row = {"kind": "stop", "until_date": until, "reason": decider.reason}
        _say(connection, decider, customer_id, row)


def resume(decider: Decider, customer_id: str) -> bool:
    """Let a customer be dunned again; money that waits and payments taken back hold no letter up any more.

    Returns:
        Whether a stop stood.

    Raises:
        NotFound: no such customer.
    """
    with writing(decider.engine) as connection:
        _find_customer(connection, customer_id)
        lock(connection, [customer_id], [])
        stood = read_spoken(connection, [customer_id])[customer_id].stop is not None
        _say(
            connection, decider, customer_id, {"kind": "resume", "until_date": None, "reason": decider.reason}
        )
    return stood


def _find_customer(connection: Connection, customer_id: str) -> Row[Any]:
    row = connection.execute(select(customers.c.id).where(customers.c.id == customer_id)).first()
    if row is None:
        raise NotFound(f"No customer {customer_id}; `fakturo invoices list` shows who was invoiced.")
    return row


def _say(connection: Connection, decider: Decider, customer_id: str, row: dict[str, Any]) -> None:
    stamp = {"customer_id": customer_id, "actor": decider.actor, "created_at": decider.now}
    connection.execute(insert(dunning_stops).values(row | stamp))
    action = {"stop": "dunning.stopped", "resume": "dunning.resumed"}[row["kind"]]
    told = {"customer_id": customer_id} | {key: str(row[key]) for key in ("until_date", "reason") if row[key]}
    _log(connection, decider, action, "dunning", told)


def _log(
    connection: Connection, decider: Decider, action: str, subject: str, details: dict[str, Any]
) -> None:
    told = details | ({"reason": decider.reason} if decider.reason else {})
    audit_chain.append(connection, at=decider.now, actor=decider.actor, entries=[(action, subject, told)])
