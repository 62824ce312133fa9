"""Clients, invoices and payments put into a ledger row by row, without intake, and what stands of them."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from fakturo.ledger.insert_new import insert_new
from fakturo.ledger.open import reading, writing
from fakturo.ledger.payment_tables import allocations, payments
from fakturo.ledger.tables import customers, drafts, invoices, orders, series

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
START = date(2026, 3, 2)


def put_customers(connection: Connection, *ids: str, **names: str) -> None:
    """Clients by id, or id=name."""
    rows = [
        {"id": each, "name": names.get(each), "content": "{}", "first_seen_at": NOW, "updated_at": NOW}
        for each in {**dict.fromkeys(ids), **names}
    ]
    insert_new(connection, customers, rows)


def put_invoice(
    connection: Connection,
    number: str,
    total: int = 100_00,
    *,
    customer: str = "C-1",
    on: int = 0,
    due: int = 30,
    currency: str = "EUR",
    kind: str = "invoice",
    corrects: str | None = None,
) -> int:
    """An invoice with the order and draft that it needs; days count from 2026-03-02. Gives its id."""
    put_customers(connection, customer)
    insert_new(connection, series, [{"name": "imported", "next_seq": 1}])
    order = {
        "source": "made",
        "external_id": number,
        "content_sha256": "0" * 64,
        "lane": "history",
        "status": "issued",
        "customer_id": customer,
        "received_at": NOW,
        "updated_at": NOW,
    }
    order_id = connection.execute(insert(orders).values(order)).inserted_primary_key[0]
    draft = {"order_id": order_id, "drafter": "import", "outcome": "proved", "created_at": NOW}
    draft_id = connection.execute(insert(drafts).values(draft)).inserted_primary_key[0]
    row = {
        "number": number,
        "series": "imported",
        "seq": order_id,
        "kind": kind,
        "order_id": order_id,
        "draft_id": draft_id,
        "customer_id": customer,
        "currency": currency,
        "issue_date": START + timedelta(days=on),
        "tax_point_date": START + timedelta(days=on),
        "due_date": START + timedelta(days=on + due),
        "net_minor": total,
        "tax_minor": 0,
        "total_minor": total,
        "content": "{}",
        "content_sha256": "0" * 64,
        "issued_at": NOW,
        "corrects_id": invoice_id(connection, corrects) if corrects else None,
    }
    return int(connection.execute(insert(invoices).values(row)).inserted_primary_key[0])


def put_payment(
    connection: Connection,
    reference: str,
    amount: int = 100_00,
    text: str = "",
    *,
    on: int = 10,
    **others: Any,
) -> int:
    """A payment; gives its id."""
    row: dict[str, Any] = {
        "source": "bank",
        "reference": reference,
        "kind": "payment" if amount > 0 else "refund",
        "currency": "EUR",
        "amount_minor": amount,
        "value_date": START + timedelta(days=on),
        "remittance": text,
        "invoice_refs": "[]",
        "content": "{}",
        "created_at": NOW,
    }
    if "invoice_refs" in others:
        others["invoice_refs"] = json.dumps(others["invoice_refs"])
    return int(connection.execute(insert(payments).values(row | others)).inserted_primary_key[0])


def invoice_id(connection: Connection, number: str) -> int:
    return int(connection.execute(select(invoices.c.id).where(invoices.c.number == number)).scalar_one())


def put(engine: Engine, *steps: Any) -> list[Any]:
    """Run (function, arguments, keywords) steps in one transaction."""
    with writing(engine) as connection:
        return [step(connection) for step in steps]


def statuses(engine: Engine) -> dict[str, str]:
    """Number -> payment_status."""
    with reading(engine) as connection:
        return dict(connection.execute(select(invoices.c.number, invoices.c.payment_status)).tuples().all())


def net(engine: Engine) -> dict[tuple[str, str, str, int, str], int]:
    """(payment or credit note, invoice, kind, day, rule) -> minor units that stand."""
    note = invoices.alias("note")
    query = (
        select(
            func.coalesce(payments.c.reference, note.c.number, "-"),
            func.coalesce(invoices.c.number, "-"),
            allocations.c.kind,
            allocations.c.effective_on,
            allocations.c.rule,
            func.sum(allocations.c.amount_minor),
        )
        .select_from(allocations)
        .outerjoin(payments, payments.c.id == allocations.c.payment_id)
        .outerjoin(invoices, invoices.c.id == allocations.c.invoice_id)
        .outerjoin(note, note.c.id == allocations.c.credit_note_id)
        .group_by(
            payments.c.reference,
            note.c.number,
            invoices.c.number,
            allocations.c.kind,
            allocations.c.effective_on,
            allocations.c.rule,
        )
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    return {
        (who, what, kind, (on - START).days, rule): int(amount)
        for who, what, kind, on, rule, amount in rows
        if amount
    }


def broken_laws(engine: Engine) -> list[str]:
    """What does not hold of the money, by sums written here and nowhere else; empty where all is well."""
    found: list[str] = []
    with reading(engine) as connection:
        rows = connection.execute(select(allocations)).all()
        paid = connection.execute(select(payments)).all()
        issued = connection.execute(select(invoices)).all()
    totals = {each.id: each for each in issued}
    for day in sorted({row.effective_on for row in rows}):
        for each in issued:
            if each.kind == "invoice":
                settled = sum(
                    r.amount_minor for r in rows if r.invoice_id == each.id and r.effective_on <= day
                )
                if not 0 <= settled <= each.total_minor:
                    found.append(f"{each.number} is settled by {settled} of {each.total_minor} on {day}")
            else:
                used = sum(
                    r.amount_minor for r in rows if r.credit_note_id == each.id and r.effective_on <= day
                )
                if not 0 <= used <= each.total_minor:
                    found.append(f"{each.number} is used for {used} of {each.total_minor} on {day}")
    for each in paid:
        own = [r for r in rows if r.payment_id == each.id]
        used = sum(r.amount_minor for r in own if r.kind in {"payment", "refund"})
        low, high = min(each.amount_minor, 0), max(each.amount_minor, 0)
        if not low <= used <= high:
            found.append(f"{each.reference} of {each.amount_minor} is used for {used}")
        found += [f"{each.reference} pays in {r.currency}" for r in own if r.currency != each.currency]
    for row in rows:
        if row.invoice_id is not None and row.currency != totals[row.invoice_id].currency:
            found.append(f"{totals[row.invoice_id].number} is paid in {row.currency}")
    return found
