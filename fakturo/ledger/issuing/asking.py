"""Ask for the credit note of an issued invoice: a cancellation of its order, issued like any other.

Asking twice for the same is asking once: the cancellation's id is made of the invoice's number and of what
is taken back.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, Engine, select

from fakturo.errors import BadInput, NotFound
from fakturo.history import SERIES as IMPORTED
from fakturo.invoice import Invoice
from fakturo.ledger import audit_chain
from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.issuing.deposit_order import deducted_by
from fakturo.ledger.open import writing
from fakturo.ledger.tables import invoices, orders
from fakturo.money import plain
from fakturo.order import Order, OrderLine, content, identity


def ask_credit(
    engine: Engine,
    number: str,
    *,
    lines: Mapping[int, Decimal] | None = None,
    reason: str,
    actor: str,
    now: datetime,
) -> int:
    """Queue the cancellation that an invoice's credit note is made of.

    Args:
        number: of the invoice.
        lines: quantity to take back by line number; None: all that is left.
        reason: printed on the credit note.

    Returns:
        Id of the order that asks.

    Raises:
        NotFound: no such invoice.
        BadInput: it is a credit note, of another system, taken back already, or has no such line.
    """
    with writing(engine) as connection:
        query = (
            select(invoices.c.id, invoices.c.kind, invoices.c.series, invoices.c.content,
                   orders.c.source, orders.c.external_id)
            .join(orders, orders.c.id == invoices.c.order_id)
            .where(invoices.c.number == number)
        )  # fmt: skip
        row = connection.execute(query).first()
        if row is None:
            raise NotFound(f"There is no invoice {number}; `fakturo status` shows what was issued.")
        if row.kind != "invoice":
            raise BadInput(f"{number} is a credit note; only an invoice can be credited.")
        if row.series == IMPORTED:
            raise BadInput(f"{number} was issued by another system; credit it there and import the note.")
        if final := deducted_by(connection, row.id):
            raise BadInput(f"{number} is a deposit that invoice {final} deducts; credit {final} first.")
        invoice = Invoice.model_validate_json(row.content)
        taken = _taken(invoice, _left(connection, row.id, invoice), lines)
        order = _cancellation(invoice, row.external_id, taken, reason, now)
        return _queue(connection, order, row.source, actor, now)


def _left(connection: Connection, invoice_id: int, invoice: Invoice) -> dict[int, Decimal]:
    left = {line.no: line.quantity for line in invoice.lines}
    query = select(invoices.c.content).where(invoices.c.corrects_id == invoice_id)
    for text in connection.execute(query).scalars():
        for line in Invoice.model_validate_json(text).lines:
            left[line.no] -= line.quantity
    return {no: quantity for no, quantity in left.items() if quantity > 0}


def _taken(
    invoice: Invoice, left: Mapping[int, Decimal], lines: Mapping[int, Decimal] | None
) -> dict[int, Decimal]:
    if not left:
        raise BadInput(f"Invoice {invoice.number} is credited whole already; there is nothing left of it.")
    for no, quantity in (lines or {}).items():
        if not 0 < quantity <= left.get(no, Decimal(0)):
            has = plain(left.get(no, Decimal(0)))
            raise BadInput(
                f"Line {no} of invoice {invoice.number} has {has} left; {plain(quantity)} is too many."
            )
    return dict(lines or left)


def _cancellation(
    invoice: Invoice, external_id: str, taken: Mapping[int, Decimal], reason: str, now: datetime
) -> Order:
    asked = json.dumps({str(no): plain(taken[no]) for no in sorted(taken)})
    key = hashlib.sha256(f"{invoice.number} {asked}".encode()).hexdigest()[:8]
    return Order(
        external_id=f"{invoice.number}/credit-{key}",
        kind="cancellation",
        cancels=external_id,
        customer=invoice.buyer,
        currency=invoice.currency,
        ordered_on=now.date(),
        note=reason,
        lines=tuple(
            OrderLine(
                no=line.no,
                code=line.code,
                name=line.name,
                quantity=taken[line.no],
                unit=line.unit,
                unit_price=line.unit_price,
                price_base=line.price_base,
                tax_category=line.tax_category,
                tax_rate=line.tax_rate,
            )
            for line in invoice.lines
            if line.no in taken
        ),
    )


def _queue(connection: Connection, order: Order, source: str, actor: str, now: datetime) -> int:
    row = {
        "source": source,
        "external_id": order.external_id,
        "content_sha256": identity(order),
        "kind": order.kind,
        "cancels": order.cancels,
        "lane": "rules",
        "status": "queued",
        "customer_id": order.customer.id,
        "currency": order.currency,
        "ordered_on": order.ordered_on,
        "line_count": len(order.lines),
        "content": content(order),
        "received_at": now,
        "updated_at": now,
    }
    mine = select(orders.c.id).where(orders.c.source == source, orders.c.external_id == order.external_id)
    before = connection.execute(mine).scalar()
    if before is not None:
        return int(before)
    insert_new(connection, orders, [row])
    order_id = int(connection.execute(mine).scalar_one())
    entry = ("credit.asked", f"order:{order_id}", {"cancels": order.cancels, "reason": order.note})
    audit_chain.append(connection, at=now, actor=actor, entries=[entry])
    return order_id
