"""What the commands about payments share: who decides, and amounts as a person types them."""

import getpass
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from fakturo.clock import utc_now
from fakturo.errors import BadInput, NotFound
from fakturo.ledger.open import open_ledger, reading
from fakturo.ledger.orders.stories import find_invoice
from fakturo.ledger.payments.cases import find_payment
from fakturo.ledger.payments.decisions import Decider
from fakturo.money import rounded, to_minor
from fakturo.settings import current


def decider_of(reason: str | None) -> Decider:
    """This person, now, at this home's ledger."""
    return Decider(open_ledger(current()), getpass.getuser(), utc_now(), reason)


def amount_of(decider: Decider, payment: str, amount: str | None) -> tuple[int | None, str]:
    """(minor units, currency) of an amount in a payment's currency."""
    with reading(decider.engine) as connection:
        currency = find_payment(connection, payment).currency
    return read_amount(amount, currency), currency


def read_amount(amount: str | None, currency: str) -> int | None:
    """Minor units of '12.50'; None where nothing was said.

    Raises:
        BadInput: no number, or finer than the currency.
    """
    if amount is None:
        return None
    try:
        value = Decimal(amount)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or rounded(value, currency) != value:
        raise BadInput(f"{amount!r} is no amount in {currency}; write it like 12.50.")
    return to_minor(value, currency)


class Issued(NamedTuple):
    """What a number stands for."""

    kind: str
    currency: str


def issued(decider: Decider, number: str) -> Issued | None:
    """Kind ('invoice', 'credit_note') and currency of what was issued under a number; None: nothing was."""
    try:
        with reading(decider.engine) as connection:
            row = find_invoice(connection, number)
    except NotFound:
        return None
    return Issued(row.kind, row.currency) if row.number == number else None
