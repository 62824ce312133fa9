"""Before the issuing transaction: read orders back, work out their invoices, look for the same one before.

Everything that can be computed is computed here, so that the numbers are locked for milliseconds only.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, select

from fakturo.finding import Finding
from fakturo.invoice import Invoice
from fakturo.issue import issue_day, propose
from fakturo.ledger.issuing import customers
from fakturo.ledger.issuing.accepting import refusals
from fakturo.ledger.issuing.deposits import of_orders
from fakturo.ledger.open import reading
from fakturo.ledger.orders.queue import Claimed
from fakturo.ledger.tables import invoices, orders
from fakturo.order import Order
from fakturo.seller import Seller
from fakturo.tax import Client


class Corrects(NamedTuple):
    """What a credit note takes back: an invoice, and the credit notes that it had by then."""

    invoice_id: int
    credited_ids: tuple[int, ...]


class Prepared(NamedTuple):
    """A claimed order with its invoice (no number yet), or why there is none."""

    claimed: Claimed
    order: Order | None
    invoice: Invoice | None
    findings: Sequence[Finding]
    corrects: Corrects | None = None
    """Of a cancellation whose invoice is known."""
    waits: bool = False
    """Whether another credit note of the same invoice, or a deposit of the same order, comes first."""
    deposit_ids: tuple[int, ...] = ()
    """Of a final invoice: its deposits and their credit notes."""


def prepare(
    engine: Engine, claimed: Sequence[Claimed], seller: Seller, now: datetime, *, keep: bool = True
) -> list[Prepared]:
    """Work out the invoice of every claimed order, as of the seller's day at `now`.

    Args:
        keep: whether what the official rules accept may be written down; False writes nothing.
    """
    parsed: list[tuple[Claimed, Order | None, list[Finding]]] = []
    for each in claimed:
        try:
            parsed.append((each, Order.model_validate_json(each.content or ""), []))
        except ValidationError as error:
            message = f"The stored order does not read back: {error.errors()[0]['msg']}; retry or reject it."
            parsed.append((each, None, [Finding(code="order_unreadable", message=message)]))
    with reading(engine) as connection:
        known = customers.known(connection, [order.customer.id for _, order, _ in parsed if order])
        deposits = of_orders(connection, [each.id for each in claimed])
    day = issue_day(now, seller)
    prepared = []
    for each, order, wrong in parsed:
        if order is None or order.kind == "cancellation":
            prepared.append(Prepared(each, order, None, wrong))
            continue
        of_ledger = known.get(order.customer.id)
        before = deposits.get(each.id)
        proposal = propose(
            order,
            buyer=customers.completed(order.customer, of_ledger.party if of_ledger else None),
            client=of_ledger.client if of_ledger else Client(),
            seller=seller,
            issue_date=day,
            deposits=before.deposits if before else (),
        )
        made = Prepared(each, order, proposal.invoice, proposal.findings)
        prepared.append(made._replace(deposit_ids=before.ids) if before else made)
    return _asked(engine, prepared, now if keep else None)


def _asked(engine: Engine, prepared: list[Prepared], now: datetime | None) -> list[Prepared]:
    """With what the official rules say of those that are proved; of the others there is nothing to ask."""
    proved = [each.invoice for each in prepared if each.invoice and not each.findings]
    answers = iter(refusals(engine, proved, now=now))
    return [
        each._replace(findings=next(answers)) if each.invoice and not each.findings else each
        for each in prepared
    ]


def already_invoiced(connection: Connection, prepared: Sequence[Prepared]) -> dict[int, list[Finding]]:
    """Orders whose customer was invoiced the same total under the same purchase order number before."""
    asking = {each.claimed.id: each.invoice for each in prepared if each.invoice and each.invoice.po_number}
    if not asking:
        return {}
    query = (
        select(orders.c.customer_id, orders.c.po_number, invoices.c.total_minor, invoices.c.number)
        .join(invoices, invoices.c.order_id == orders.c.id)
        .where(
            orders.c.customer_id.in_({invoice.buyer.id for invoice in asking.values()}),
            orders.c.po_number.in_({invoice.po_number for invoice in asking.values()}),
        )
    )
    before = {(row[0], row[1], row[2]): row[3] for row in connection.execute(query)}
    found = {}
    for order_id, invoice in asking.items():
        key = (invoice.buyer.id, invoice.po_number or "", invoice.total_minor)
        if key in before:
            message = (
                f"Purchase order {invoice.po_number} of customer {invoice.buyer.id} was invoiced with this "
                f"very total as {before[key]}; approve it only if the customer ordered twice."
            )
            found[order_id] = [Finding(code="po_already_invoiced", message=message, place="po_number")]
        before.setdefault(key, "the one before it in this chunk")
    return found
