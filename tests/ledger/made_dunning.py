"""Overdue invoices put into a ledger, payments landed as intake lands them, and what of dunning stands."""

import json
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine, select, update

from fakturo.dunning.terms import Terms, terms_of
from fakturo.ledger.dunning.sending import Sent, Work, propose, send
from fakturo.ledger.dunning_tables import dunned_invoices, dunning_notices
from fakturo.ledger.landing.arrivals import FileFacts
from fakturo.ledger.landing.payments import land_payments
from fakturo.ledger.open import reading, writing
from fakturo.ledger.payments.allocating import allocate
from fakturo.ledger.tables import customers, invoices
from fakturo.payment import Arrived, PaymentRecord
from fakturo.setting_groups.dunning import Dunning
from fakturo.setting_groups.receivables import Receivables
from tests.ledger.made_receivables import NOW, START, put_invoice

TERMS = terms_of(Dunning(), "DE")
DUE = START + timedelta(days=30)
"""Of an invoice of START: 2026-04-01."""


def on(days: int) -> date:
    """So many days after the due date."""
    return DUE + timedelta(days=days)


def put_overdue(engine: Engine, *numbers: str, customer: str = "C-1", **others: Any) -> None:
    """Invoices of 1,000.00 EUR of a customer with an address, due on 2026-04-01."""
    with writing(engine) as connection:
        for number in numbers:
            put_invoice(connection, number, **{"total": 1000_00, "customer": customer} | others)
        told = json.dumps({"id": customer, "email": "payables@example.com"})
        connection.execute(update(customers).where(customers.c.id == customer).values(content=told))


def land_money(engine: Engine, amount: int, text: str, *, day: date = DUE, is_allocated: bool = True) -> None:
    """A payment of customer C-1, as a bank's file brings it; then the rules run."""
    record = PaymentRecord(
        source="bank",
        reference=f"{text} {amount} {day}",
        kind="payment",
        currency="EUR",
        amount_minor=amount,
        value_date=day,
        customer_id="C-1",
        remittance=text,
    )
    facts = FileFacts(f"{amount:064}", "bank", "bank.csv", "csv", "generic", 1, None)
    land_payments(engine, facts, records=[Arrived(record, 1)], refused=[], now=NOW)
    if is_allocated:
        allocate(engine, now=NOW, actor="rules", settings=Receivables())


def run(engine: Engine, days: int, terms: Terms = TERMS) -> Sent:
    """A whole round, so many days after the due date."""
    return send(engine, propose(engine, terms, on(days)), Work(terms, NOW, "dunner"))


def letters(engine: Engine) -> list[tuple[int, str, int | None, int]]:
    """(notice, number, level, what was open), in the order in which they were sent."""
    query = (
        select(dunning_notices.c.id, invoices.c.number, dunned_invoices.c.level, dunned_invoices.c.open_minor)
        .join(dunned_invoices, dunned_invoices.c.notice_id == dunning_notices.c.id)
        .join(invoices, invoices.c.id == dunned_invoices.c.invoice_id)
        .order_by(dunning_notices.c.id, invoices.c.number)
    )
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(query)]
