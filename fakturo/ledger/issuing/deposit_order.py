"""Inside the issuing transaction: a deposit before its order, a final invoice with all its deposits.

Whoever issues a deposit locks its order's row, and so does whoever issues the final invoice; the latter also
locks the deposits, as their credit notes do. So nothing of them changes between this look and the commit.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, or_, select, update

from fakturo.finding import Finding
from fakturo.ledger.issuing.preparing import Prepared
from fakturo.ledger.tables import invoices, orders

UNISSUED = ("queued", "needs_review")
"""Statuses of an order that may still get a deposit."""
WAIT = timedelta(seconds=30)
"""Until an order looks again whether the deposit in other hands is issued."""


class _Asked(NamedTuple):
    id: int
    deposit_of: int
    status: str


def locked_ids(connection: Connection, order_ids: Sequence[int]) -> list[int]:
    """The orders together with those that they are deposits of, as ids in the order in which to lock them."""
    query = select(orders.c.deposit_of).where(orders.c.id.in_(order_ids), orders.c.deposit_of.is_not(None))
    return sorted({*order_ids, *connection.execute(query).scalars()})


def in_turn(connection: Connection, prepared: Sequence[Prepared]) -> list[Prepared]:
    """Each with what speaks against issuing it now: who comes too early waits, who comes too late is held."""
    mine = {each.claimed.id for each in prepared}
    query = select(orders.c.id, orders.c.deposit_of, orders.c.status).where(
        or_(orders.c.id.in_(mine), orders.c.deposit_of.in_(mine)), orders.c.deposit_of.is_not(None)
    )
    asked = [_Asked(*row) for row in connection.execute(query)]
    mains = {each.id: each.deposit_of for each in asked if each.id in mine}
    open_deposits = {each.deposit_of: each for each in asked if each.status in UNISSUED}
    issued = _issued(connection, mine)
    return [
        _late(connection, each, mains.get(each.claimed.id))
        if each.claimed.id in mains or (each.order and each.order.kind == "deposit")
        else _early(each, open_deposits.get(each.claimed.id), issued.get(each.claimed.id, ()))
        for each in prepared
    ]


def rest_a_while(connection: Connection, prepared: Sequence[Prepared], now: datetime) -> None:
    """Park those whose deposit is in other hands, so that nobody asks for them again and again."""
    mine = {each.claimed.id for each in prepared}
    waiting = [each.claimed.id for each in prepared if each.waits and not each.corrects]
    if not waiting:
        return
    query = select(orders.c.deposit_of).where(
        orders.c.deposit_of.in_(waiting), orders.c.status == "queued", orders.c.id.not_in(mine)
    )
    ids = set(connection.execute(query).scalars())
    if ids:
        reason = "A deposit of this order is being issued first."
        values = {"not_before": now + WAIT, "status_reason": reason}
        connection.execute(update(orders).where(orders.c.id.in_(ids)).values(**values))


def deducted_by(connection: Connection, invoice_id: int) -> str | None:
    """Number of the final invoice that deducts a deposit and stands; None: there is none."""
    deposit, final = orders.alias("deposit"), invoices.alias("final")
    query = (
        select(final.c.number)
        .join(deposit, deposit.c.deposit_of == final.c.order_id)
        .join(invoices, invoices.c.order_id == deposit.c.id)
        .where(invoices.c.id == invoice_id, final.c.status != "credited")
    )
    found = connection.execute(query).scalar()
    return None if found is None else str(found)


def _issued(connection: Connection, order_ids: set[int]) -> dict[int, tuple[int, ...]]:
    """Ids of deposits and their credit notes by order, with the deposits locked."""
    of_order = {
        invoice_id: order_id
        for order_id, invoice_id in connection.execute(
            select(orders.c.deposit_of, invoices.c.id)
            .join(orders, orders.c.id == invoices.c.order_id)
            .where(orders.c.deposit_of.in_(order_ids))
        )
    }
    if not of_order:
        return {}
    locking = select(invoices.c.id).where(invoices.c.id.in_(of_order)).order_by(invoices.c.id)
    connection.execute(locking.with_for_update())
    notes = connection.execute(
        select(invoices.c.id, invoices.c.corrects_id).where(invoices.c.corrects_id.in_(of_order))
    )
    pairs = [*of_order.items(), *((note_id, of_order[corrected]) for note_id, corrected in notes)]
    found: dict[int, list[int]] = {}
    for invoice_id, order_id in sorted(pairs):
        found.setdefault(order_id, []).append(invoice_id)
    return {order_id: tuple(ids) for order_id, ids in found.items()}


def _early(each: Prepared, waiting: _Asked | None, issued: tuple[int, ...]) -> Prepared:
    if waiting and waiting.status == "needs_review":
        message = f"Its deposit waits in review; decide about that first: `fakturo review show {waiting.id}`."
        return each._replace(findings=[*each.findings, Finding(code="deposit_undecided", message=message)])
    is_overtaken = bool(each.order and each.order.kind == "order") and issued != each.deposit_ids
    return each._replace(waits=each.waits or bool(waiting) or is_overtaken)


def _late(connection: Connection, each: Prepared, main: int | None) -> Prepared:
    found = list(_too_late(connection, main))
    if each.order and each.order.kind != "deposit":
        message = f"A deposit was asked for, and its kind is {each.order.kind} now; put it back or reject it."
        found.append(Finding(code="deposit_changed", message=message))
    return each._replace(findings=[*each.findings, *found]) if found else each


def _too_late(connection: Connection, main: int | None) -> Iterator[Finding]:
    row = connection.execute(select(orders.c.external_id, orders.c.status).where(orders.c.id == main)).first()
    if row is None:
        message = "This is a deposit of no order; reject it, and ask for one with `fakturo deposit`."
        yield Finding(code="deposit_of_nothing", message=message)
    elif row.status not in UNISSUED:
        message = f"Order {row.external_id} is {row.status}: its deposit comes too late; reject the deposit."
        yield Finding(code="deposit_too_late", message=message)
