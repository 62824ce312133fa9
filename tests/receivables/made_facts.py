"""Payments and invoices made in one line each, and what the rules make of them in words."""

from datetime import date, timedelta
from itertools import count

from fakturo.receivables.facts import Allocation, Invoice, Payment
from fakturo.receivables.payers import known_payers
from fakturo.receivables.proposing import propose
from fakturo.receivables.terms import Terms

START = date(2026, 3, 2)
_ids = count(1)


def day(number: int) -> date:
    """The day so many days after 2026-03-02."""
    return START + timedelta(days=number)


def invoice(number, total=100_00, *, customer="C-1", on=0, currency="EUR", due=30, corrects=None) -> Invoice:
    """An invoice, or a credit note; `on` and `due` in days."""
    corrected = corrects.id if corrects else None
    return Invoice(next(_ids), number, customer, currency, day(on), day(on + due), total, corrected)


def payment(amount=100_00, text="", *, on=10, reference=None, **others) -> Payment:
    """Money in on day `on`, or out where the amount is negative."""
    number = next(_ids)
    kind = others.pop("kind", "payment" if amount > 0 else "refund")
    facts = {"customer_id": None, "currency": "EUR"} | others
    return Payment(
        number,
        "bank",
        reference or f"T{number}",
        kind,
        facts.pop("currency"),
        amount,
        day(on),
        remittance=text,
        **facts,
    )


def settled(
    payments,
    invoices,
    credit_notes=(),
    *,
    names=(("C-1", "Blue Door Ltd"), ("C-2", "Red Barn")),
    learned=None,
    **terms,
) -> list[Allocation]:
    """What the rules want."""
    payers = known_payers(names, learned or {})
    return propose(payments, list(invoices), list(credit_notes), payers, Terms(**terms))


def told(allocations, payments, invoices) -> set[tuple[str, str, str, int, int, str]]:
    """(payment or credit note, invoice, kind, minor units, day, rule), by the names of the outside world."""
    numbers = {each.id: each.number for each in invoices}
    references = {each.id: each.reference for each in payments}
    sums: dict[tuple, int] = {}
    for each in allocations:
        who = references.get(each.payment_id) or numbers.get(each.credit_note_id) or "-"
        key = who, numbers.get(each.invoice_id, "-"), each.kind, (each.effective_on - START).days, each.rule
        sums[key] = sums.get(key, 0) + each.amount_minor
    return {
        (who, what, kind, amount, on, rule) for (who, what, kind, on, rule), amount in sums.items() if amount
    }
