"""Who pays for whom, learned from what persons decide; a payer who pays for two clients proves nothing."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from fakturo.ledger.payment_tables import allocations, customer_payers, payments
from fakturo.ledger.tables import invoices
from fakturo.receivables.facts import PERSON
from fakturo.receivables.payers import account_key, name_key


def learn_payer(connection: Connection, payment: Row[Any], customer_id: str, now: datetime) -> None:
    """Remember the payer's account, or where there is none the name, within the caller's transaction."""
    key = account_key(payment.payer_account) or name_key(payment.payer)
    if not key or payment.amount_minor < 0:
        return
    if _clients(connection, payment) - {customer_id}:
        connection.execute(delete(customer_payers).where(customer_payers.c.payer_key == key))
        return
    known = select(customer_payers.c.customer_id).where(customer_payers.c.payer_key == key)
    before = connection.execute(known).scalar()
    if before == customer_id:
        return
    if before is not None:
        connection.execute(delete(customer_payers).where(customer_payers.c.payer_key == key))
        return
    row = {"payer_key": key, "customer_id": customer_id, "learned_from": _origin(payment), "created_at": now}
    connection.execute(insert(customer_payers).values(row))


def forget_payer(connection: Connection, payment: Row[Any]) -> None:
    """What was learned from a decision goes with the decision."""
    connection.execute(delete(customer_payers).where(customer_payers.c.learned_from == _origin(payment)))


def _clients(connection: Connection, payment: Row[Any]) -> set[str]:
    """Clients on whose invoices persons have put money of this payer."""
    same = (
        payments.c.payer_account == payment.payer_account
        if payment.payer_account
        else payments.c.payer == payment.payer
    )
    query = (
        select(invoices.c.customer_id)
        .join(allocations, allocations.c.invoice_id == invoices.c.id)
        .join(payments, payments.c.id == allocations.c.payment_id)
        .where(same, allocations.c.rule == PERSON)
        .group_by(payments.c.id, invoices.c.customer_id)
        .having(func.sum(allocations.c.amount_minor) > 0)
    )
    return set(connection.execute(query).scalars())


def _origin(payment: Row[Any]) -> str:
    return f"payment {payment.id}"
