"""The facts of the ledger as the rules of `fakturo.receivables` read them.

Payments and invoices never change, so they may be read before the transaction that writes; what stands is
read in it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, func, select

from fakturo.ledger.payment_tables import allocations, customer_payers, payments
from fakturo.ledger.payments.balances import chunks
from fakturo.ledger.tables import customers, invoices
from fakturo.receivables.facts import Allocation, Invoice, Payers, Payment
from fakturo.receivables.grouping import grouped, read_payments
from fakturo.receivables.payers import known_payers
from fakturo.receivables.references import Numbers
from fakturo.receivables.settling import Group

ROWS_AT_A_TIME = 5_000


class Newest(NamedTuple):
    """Up to where facts were read; differs once something was landed since."""

    payment_id: int
    invoice_id: int


def newest(connection: Connection) -> Newest:
    """The last payment and invoice that stand now."""
    last = [connection.execute(select(func.max(table.c.id))).scalar() for table in (payments, invoices)]
    return Newest(int(last[0] or 0), int(last[1] or 0))


def read_groups(connection: Connection) -> list[Group]:
    """All groups of clients that payments or credit notes concern, by their first payment."""
    issued, credit_notes = read_invoices(connection)
    numbers = Numbers([*issued, *credit_notes])
    reads = read_payments(_payments(connection), numbers, read_payers(connection))
    linked: dict[int, set[str]] = defaultdict(set)
    where = allocations.c.invoice_id.is_not(None) & allocations.c.payment_id.is_not(None)
    pairs = select(allocations.c.payment_id, allocations.c.invoice_id).where(where).distinct()
    for payment_id, invoice_id in connection.execute(pairs, execution_options={"yield_per": ROWS_AT_A_TIME}):
        linked[payment_id].add(numbers.owner(invoice_id))
    return grouped(reads, issued, credit_notes, linked)


def read_payers(connection: Connection) -> Payers:
    """Who is known to pay for whom."""
    rows = connection.execute(select(customers.c.id, customers.c.name)).tuples()
    learned = select(customer_payers.c.payer_key, customer_payers.c.customer_id)
    return known_payers(rows, dict(connection.execute(learned).tuples().all()))


def read_payment(row: Row[Any]) -> Payment:
    """A row of `payments`, all columns, as a fact."""
    return Payment(
        row.id,
        row.source,
        row.reference,
        row.kind,
        row.currency,
        row.amount_minor,
        row.value_date,
        row.payer,
        row.payer_account,
        row.customer_id,
        row.remittance,
        tuple(map(str, json.loads(row.invoice_refs))) if len(row.invoice_refs) > len("[]") else (),
        row.reverses,
        _end_to_end(row.content),
    )


def _end_to_end(content: str) -> str | None:
    """From the record as read; most have none, and then it is not parsed."""
    if '"end_to_end_id"' not in content:
        return None
    found = json.loads(content).get("details", {}).get("end_to_end_id")
    return str(found) if found else None


def _payments(connection: Connection) -> Iterable[Payment]:
    columns = [payments.c[name] for name in (*Payment._fields[:-1], "content")]  # the last one lies in it
    query = select(*columns).order_by(payments.c.id)
    for row in connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME}):
        yield read_payment(row)


def read_invoices(connection: Connection) -> tuple[list[Invoice], list[Invoice]]:
    """All invoices and all credit notes, by id."""
    issued: list[Invoice] = []
    credit_notes: list[Invoice] = []
    columns = [invoices.c[name] for name in Invoice._fields]
    query = select(invoices.c.kind, *columns).order_by(invoices.c.id)
    for kind, *values in connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME}):
        (credit_notes if kind == "credit_note" else issued).append(Invoice(*values))
    return issued, credit_notes


def standing(connection: Connection, groups: Iterable[Group]) -> list[Allocation]:
    """All rows of `allocations` that name a payment, invoice or credit note of some groups, as they stand."""
    found: dict[int, Allocation] = {}
    columns = [allocations.c[name] for name in Allocation._fields if name != "reason"]
    payment_ids: list[int] = []
    invoice_ids: list[int] = []
    for group in groups:
        payment_ids += [each.payment.id for each in group.reads]
        invoice_ids += [each.id for each in (*group.invoices, *group.credit_notes)]
    for column, ids in (
        (allocations.c.payment_id, payment_ids),
        (allocations.c.invoice_id, invoice_ids),
        (allocations.c.credit_note_id, invoice_ids),
    ):
        query = select(allocations.c.id, *columns).where(column.in_(bindparam("ids", expanding=True)))
        for part in chunks(ids):
            for row_id, *values in connection.execute(query, {"ids": part}):
                found[row_id] = Allocation(*values)
    return list(found.values())
