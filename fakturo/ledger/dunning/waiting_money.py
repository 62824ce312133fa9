"""Money that came in and stands on no invoice, by the customer it came from: no letter leaves beside it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, func, select

from fakturo.ledger.dunning.facts import Key, read_spoken
from fakturo.ledger.payment_tables import allocations, payments
from fakturo.ledger.payments.facts import read_invoices, read_payers, read_payment
from fakturo.receivables.grouping import read_payments
from fakturo.receivables.references import Numbers


def read_waiting(connection: Connection) -> dict[Key, int]:
    """Minor units by (customer, currency); what a person has looked at since (`resume`) is left out."""
    rows = {row.id: row for row in _unallocated(connection)}
    if not rows:
        return {}
    issued, notes = read_invoices(connection)
    reads = read_payments(
        [read_payment(row) for row in rows.values()], Numbers([*issued, *notes]), read_payers(connection)
    )
    spoken = read_spoken(connection, {read.customer_id for read in reads if read.customer_id})
    found: dict[Key, int] = defaultdict(int)
    for read in reads:
        if read.customer_id is None:
            continue
        resumed_at = spoken[read.customer_id].resumed_at
        row = rows[read.payment.id]
        if resumed_at is None or row.created_at > resumed_at:
            found[(read.customer_id, row.currency)] += int(row.rest_minor)
    return dict(found)


def _unallocated(connection: Connection) -> Iterator[Row[Any]]:
    used = (
        select(allocations.c.payment_id, func.sum(allocations.c.amount_minor).label("minor"))
        .where(allocations.c.kind.in_(("payment", "refund")))
        .group_by(allocations.c.payment_id)
        .subquery()
    )
    rest = payments.c.amount_minor - func.coalesce(used.c.minor, 0)
    query = select(payments, rest.label("rest_minor")).outerjoin(used, used.c.payment_id == payments.c.id)
    yield from connection.execute(query.where(payments.c.amount_minor > 0, rest > 0).order_by(payments.c.id))
