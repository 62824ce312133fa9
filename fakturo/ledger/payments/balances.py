"""What is open of invoices, left of payments and credit notes; and the payment status that follows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Select, bindparam, func, select, update

from fakturo.errors import NotAllowed
from fakturo.ledger.payment_tables import allocations, payments
from fakturo.ledger.tables import customers, invoices
from fakturo.money import to_major

MOST_IDS = 500
"""A statement; SQLite allows 32,766 parameters, PostgreSQL plans short lists better."""


class Standing(NamedTuple):
    """An invoice's or credit note's money."""

    number: str
    kind: str
    currency: str
    total_minor: int
    open_minor: int
    """Of a credit note: what of it is not used."""
    written_off_minor: int
    payment_status: str


def chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    """Distinct ids, ascending, so many as go into one statement."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), MOST_IDS):
        yield wanted[start : start + MOST_IDS]


def standings(connection: Connection, ids: Iterable[int]) -> dict[int, Standing]:
    """How invoices and credit notes stand."""
    columns = invoices.c
    heads = select(
        columns.id,
        columns.number,
        columns.kind,
        columns.currency,
        columns.total_minor,
        columns.payment_status,
    ).where(columns.id.in_(bindparam("ids", expanding=True)))
    settled, used = _sums(allocations.c.invoice_id), _sums(allocations.c.credit_note_id)
    found: dict[int, Standing] = {}
    for part in chunks(ids):
        by_kind: dict[int, dict[str, int]] = defaultdict(dict)
        for invoice_id, kind, amount in connection.execute(settled, {"ids": part}):
            by_kind[invoice_id][kind] = int(amount)
        of_notes: dict[int, int] = defaultdict(int)
        for note_id, kind, amount in connection.execute(used, {"ids": part}):
            of_notes[note_id] += int(amount) if kind == "credit_note" else 0
        for row in connection.execute(heads, {"ids": part}):
            sums = by_kind[row.id]
            spent = of_notes[row.id] if row.kind == "credit_note" else sum(sums.values())
            found[row.id] = Standing(
                row.number,
                row.kind,
                row.currency,
                row.total_minor,
                row.total_minor - spent,
                sums.get("write_off", 0),
                row.payment_status,
            )
    return found


def rests(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    """Minor units of each payment that are neither on an invoice nor paid back, with the payment's sign."""
    found: dict[int, int] = {}
    heads = select(payments.c.id, payments.c.amount_minor).where(
        payments.c.id.in_(bindparam("ids", expanding=True))
    )
    used = _sums(allocations.c.payment_id)
    for part in chunks(ids):
        found |= {row.id: row.amount_minor for row in connection.execute(heads, {"ids": part})}
        for payment_id, kind, amount in connection.execute(used, {"ids": part}):
            if kind in {"payment", "refund"}:
                found[payment_id] -= int(amount)
    return found


def keep_statuses(connection: Connection, ids: Iterable[int]) -> None:
    """Let `payment_status` follow the allocations, within the caller's transaction.

    Raises:
        NotAllowed: on some day an invoice would be settled beyond its total, or below nothing.
    """
    ids = list(ids)
    _check_every_day(connection, ids)
    changed: list[dict[str, object]] = []
    for invoice_id, each in standings(connection, ids).items():
        status = status_of(each)
        if status != each.payment_status:
            changed.append({"b_id": invoice_id, "b_status": status})
    if changed:
        where = invoices.c.id == bindparam("b_id")
        connection.execute(
            update(invoices).where(where).values(payment_status=bindparam("b_status")), changed
        )


def _check_every_day(connection: Connection, ids: Iterable[int]) -> None:
    for column, kinds in (
        (allocations.c.invoice_id, invoices.c.kind == "invoice"),
        (allocations.c.credit_note_id, invoices.c.kind == "credit_note"),
    ):
        moved = (
            select(
                invoices.c.number,
                invoices.c.currency,
                invoices.c.total_minor,
                allocations.c.effective_on,
                func.sum(allocations.c.amount_minor),
            )
            .join(allocations, column == invoices.c.id)
            .where(invoices.c.id.in_(bindparam("ids", expanding=True)), kinds)
            .group_by(invoices.c.id, allocations.c.effective_on)
            .order_by(invoices.c.id, allocations.c.effective_on)
        )
        for part in chunks(ids):
            settled: dict[str, int] = defaultdict(int)
            for number, currency, total, day, amount in connection.execute(moved, {"ids": part}):
                settled[number] += int(amount)
                if not 0 <= settled[number] <= total:
                    had = f"{to_major(settled[number], currency)} of {to_major(total, currency)} {currency}"
                    raise NotAllowed(
                        f"{number} would be settled by {had} on {day}; it is from nothing up to its total. "
                        "Another payment rests on this one: look at what stands on the invoice. Nothing was "
                        "written."
                    )


def status_of(standing: Standing) -> str:
    """'open', 'partial', 'paid' or 'written_off'; of a credit note, 'paid' is used up."""
    if standing.open_minor == 0:
        return "written_off" if standing.written_off_minor > 0 else "paid"
    return "open" if standing.open_minor == standing.total_minor else "partial"


def lock(connection: Connection, customer_ids: Iterable[str], payment_ids: Iterable[int]) -> None:
    """Hold clients and payments until the transaction ends, always in this order; SQLite is held as a whole.

    Issuing an invoice to a locked client goes on: NO KEY UPDATE does not stand in the way of new references.
    """
    if connection.dialect.name != "postgresql":
        return
    names: Sequence[str] = sorted(set(customer_ids))
    for start in range(0, len(names), MOST_IDS):
        part = names[start : start + MOST_IDS]
        rows = select(customers.c.id).where(customers.c.id.in_(part)).order_by(customers.c.id)
        connection.execute(rows.with_for_update(key_share=True))
    for ids in chunks(payment_ids):
        paid = select(payments.c.id).where(payments.c.id.in_(ids)).order_by(payments.c.id)
        connection.execute(paid.with_for_update(key_share=True))


def _sums(column: Column[Any]) -> Select[Any]:
    total = func.sum(allocations.c.amount_minor)
    chosen = column.in_(bindparam("ids", expanding=True))
    return select(column, allocations.c.kind, total).where(chosen).group_by(column, allocations.c.kind)
