"""Ask for a deposit invoice: an order of kind 'deposit' beside its order, issued like any other.

Asking twice for the same is asking once: the deposit's id is made of the order, of how much is asked for and
of the note. Once it was rejected or credited whole, the same words ask for a new one.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, insert, select

from fakturo.deposit_share import asked_minor, deposit_order, rest, share
from fakturo.errors import BadInput
from fakturo.invoice import Invoice
from fakturo.issue import issue_day, propose
from fakturo.ledger import audit_chain
from fakturo.ledger.issuing import customers
from fakturo.ledger.issuing.deposit_order import UNISSUED
from fakturo.ledger.issuing.deposits import of_orders
from fakturo.ledger.open import writing
from fakturo.ledger.orders.stories import find_order
from fakturo.ledger.tables import invoices, orders
from fakturo.money import plain, to_major
from fakturo.order import Order, content, identity
from fakturo.seller import Seller
from fakturo.tax import Client

_LONGEST_ID = 180
"""Letters of the order's id in the deposit's, whose column has 200."""
_IN_WORDS = {
    "issued": "is issued already; a deposit comes before the invoice",
    "credit_requested": "is a cancellation; only an order gets a deposit",
    "rejected": "is rejected; reopen it first with `fakturo review reopen`",
    "dead_letter": "is a dead letter; put it back first with `fakturo orders retry`",
}


class Wish(NamedTuple):
    """How much is asked for: one of percent (of the order with tax) and amount (with tax)."""

    percent: Decimal | None = None
    amount: Decimal | None = None
    note: str | None = None
    """Printed on the deposit invoice; another note is another deposit."""


class Asked(NamedTuple):
    """The deposit's own order."""

    order_id: int
    external_id: str
    number: str | None
    """Of its invoice, if it was asked for before and is issued."""


def ask_deposit(engine: Engine, key: str, wish: Wish, *, seller: Seller, actor: str, now: datetime) -> Asked:
    """Queue the order that a deposit invoice is made of; its own order waits for it.

    Args:
        key: ledger id or external id of the order.

    Raises:
        NotFound: no such order.
        BadInput: the order cannot have a deposit, or not this much.
    """
    with writing(engine) as connection:
        found = find_order(connection, key)
        row = connection.execute(select(orders).where(orders.c.id == found.id).with_for_update()).one()
        order = _order(row)
        external_id, before = _same(connection, row, wish)
        if before is not None:
            return Asked(before.id, external_id, before.number)
        if row.status not in UNISSUED:
            raise BadInput(f"Order {row.external_id} {_IN_WORDS.get(row.status, f'is {row.status}')}.")
        _refuse_second(connection, row)
        whole = _whole(connection, order, seller, now)
        left = rest(whole, _deposits(connection, row.id))
        asked, most = (
            asked_minor(whole, percent=wish.percent, amount=wish.amount),
            sum(map(sum, left.values())),
        )
        if not 0 < asked <= most:
            raise BadInput(
                f"A deposit of {_money(asked, whole)} cannot be asked for: of order {row.external_id} "
                f"{_money(most, whole)} is left, with tax, that no deposit has asked for."
            )
        nets = share(left, asked)
        if not nets:
            raise BadInput(
                f"No deposit near {_money(asked, whole)} has a tax that adds up with that of the final "
                "invoice to the cent; ask for more."
            )
        wanted = deposit_order(order, whole, nets, external_id=external_id, note=wish.note)
        return _queue(connection, wanted, row, actor, now)


def _order(row: Row[Any]) -> Order:
    if row.content is None:
        raise BadInput(f"Order {row.external_id} has not been read yet; ask again when it is drafted.")
    order = Order.model_validate_json(row.content)
    if order.kind != "order":
        raise BadInput(f"Order {row.external_id} is a {order.kind}; only an order gets a deposit.")
    return order


def _same(connection: Connection, row: Row[Any], wish: Wish) -> tuple[str, Row[Any] | None]:
    """Id of the deposit that is asked for, and the one that stands under it, if any."""
    query = (
        select(orders.c.id, orders.c.external_id, orders.c.status, invoices.c.number)
        .add_columns(invoices.c.status.label("invoice_status"))
        .outerjoin(invoices, invoices.c.order_id == orders.c.id)
        .where(orders.c.deposit_of == row.id)
    )
    made = {each.external_id: each for each in connection.execute(query)}
    much = [None if each is None else plain(each) for each in (wish.percent, wish.amount)]
    for again in range(len(made) + 1):
        said = f"{row.external_id}\n{much}\n{wish.note}\n{again}"
        external_id = (
            f"{row.external_id[:_LONGEST_ID]}/deposit-{hashlib.sha256(said.encode()).hexdigest()[:8]}"
        )
        before = made.get(external_id)
        if before is None or not (before.status == "rejected" or before.invoice_status == "credited"):
            break
    return external_id, before


def _refuse_second(connection: Connection, row: Row[Any]) -> None:
    waiting = connection.execute(
        select(orders.c.id).where(orders.c.deposit_of == row.id, orders.c.status.in_(UNISSUED))
    ).scalar()
    if waiting is not None:
        raise BadInput(
            f"Another deposit of order {row.external_id} is not issued yet (order {waiting}); issue or "
            f"reject it first: `fakturo orders show {waiting}`."
        )


def _whole(connection: Connection, order: Order, seller: Seller, now: datetime) -> Invoice:
    known = customers.known(connection, [order.customer.id]).get(order.customer.id)
    proposal = propose(
        order,
        buyer=customers.completed(order.customer, known.party if known else None),
        client=known.client if known else Client(),
        seller=seller,
        issue_date=issue_day(now, seller),
    )
    if proposal.invoice is None or proposal.invoice.total_minor <= 0:
        why = " ".join(each.message for each in proposal.findings)
        raise BadInput(f"Order {order.external_id} cannot have a deposit yet: {why}")
    return proposal.invoice


def _deposits(connection: Connection, order_id: int) -> Sequence[Any]:
    before = of_orders(connection, [order_id]).get(order_id)
    return before.deposits if before else ()


def _money(minor: int, whole: Invoice) -> str:
    return f"{to_major(minor, whole.currency)} {whole.currency}"


def _queue(connection: Connection, wanted: Order, main: Row[Any], actor: str, now: datetime) -> Asked:
    row = {
        "source": main.source,
        "external_id": wanted.external_id,
        "content_sha256": identity(wanted),
        "kind": wanted.kind,
        "deposit_of": main.id,
        "lane": "rules",
        "status": "queued",
        "customer_id": wanted.customer.id,
        "currency": wanted.currency,
        "ordered_on": wanted.ordered_on,
        "line_count": len(wanted.lines),
        "content": content(wanted),
        "received_at": now,
        "updated_at": now,
    }
    order_id = int(connection.execute(insert(orders).values(**row).returning(orders.c.id)).scalar_one())
    details = {"deposit_of": main.external_id, "net": [plain(each.unit_price) for each in wanted.lines]}
    audit_chain.append(
        connection, at=now, actor=actor, entries=[("deposit.asked", f"order:{order_id}", details)]
    )
    return Asked(order_id, wanted.external_id, None)
