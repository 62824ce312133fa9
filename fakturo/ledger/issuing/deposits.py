"""Which deposits were issued for an order, each with what was taken back of it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from fakturo.deposit import Deposit
from fakturo.invoice import Invoice
from fakturo.ledger.tables import invoices, orders


class Before(NamedTuple):
    """What was issued for an order before its final invoice."""

    ids: tuple[int, ...]
    """Of the deposit invoices and of their credit notes, sorted."""
    deposits: tuple[Deposit, ...]
    """Oldest first."""


def of_orders(connection: Connection, order_ids: Sequence[int]) -> dict[int, Before]:
    """Deposits of those orders that have any."""
    issued: dict[int, list[tuple[int, Invoice]]] = defaultdict(list)
    query = (
        select(orders.c.deposit_of, invoices.c.id, invoices.c.content)
        .join(orders, orders.c.id == invoices.c.order_id)
        .where(orders.c.deposit_of.in_(order_ids))
        .order_by(invoices.c.id)
    )
    for order_id, invoice_id, text in connection.execute(query):
        issued[order_id].append((invoice_id, Invoice.model_validate_json(text)))
    if not issued:
        return {}
    notes = _notes(connection, [invoice_id for found in issued.values() for invoice_id, _ in found])
    return {
        order_id: Before(
            tuple(sorted(id_ for each, _ in found for id_ in (each, *(note for note, _ in notes[each])))),
            tuple(Deposit(invoice, [note for _, note in notes[each]]) for each, invoice in found),
        )
        for order_id, found in issued.items()
    }


def standing(connection: Connection, order_id: int) -> tuple[str, ...]:
    """Numbers of an order's deposit invoices that no credit notes have taken back whole."""
    before = of_orders(connection, [order_id]).get(order_id)
    return tuple(
        each.invoice.number or ""
        for each in (before.deposits if before else ())
        if sum(note.total_minor for note in each.credited) < each.invoice.total_minor
    )


def _notes(connection: Connection, invoice_ids: Sequence[int]) -> dict[int, list[tuple[int, Invoice]]]:
    found: dict[int, list[tuple[int, Invoice]]] = defaultdict(list)
    query = (
        select(invoices.c.corrects_id, invoices.c.id, invoices.c.content)
        .where(invoices.c.corrects_id.in_(invoice_ids))
        .order_by(invoices.c.id)
    )
    for corrects_id, note_id, text in connection.execute(query):
        found[corrects_id].append((note_id, Invoice.model_validate_json(text)))
    return found
