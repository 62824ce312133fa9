"""Rule 7: money that went out. It takes back what the payment it names had settled, or uses up credit.

First goes what a person promised to pay back, then what was never put on an invoice, then the allocations,
the newest first: a refund of an over-payment reopens nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from fakturo.receivables.books import Books
from fakturo.receivables.facts import Allocation, Payment, Read


def take_back(books: Books, out: Payment, original: Payment) -> None:
    """Take back what `original` settled, up to the amount of `out`."""
    why = f"{out.kind.capitalize()} {out.reference} takes back payment {original.reference}."
    _overfull(books, out, original, why)
    _promised(books, out, [original], why, "reversal")
    _use_rest(books, out, original, why, "reversal")
    for invoice_id in _newest_first(books, original):
        _reopen(books, out, original, invoice_id, books.settled[original.id][invoice_id], why)


def use_credit(books: Books, read: Read, of_customer: Sequence[Read]) -> None:
    """Use up the client's credit, the oldest first: payments left over, then credit notes."""
    out = read.payment
    why = f"{out.kind.capitalize()} {out.reference} uses up the client's credit."
    incoming = [
        each.payment
        for each in of_customer
        if each.payment.amount_minor > 0
        and each.payment.currency == out.currency
        and each.payment.value_date <= out.value_date
    ]
    _promised(books, out, incoming, why, "credit")
    for each in incoming:
        _use_rest(books, out, each, why, "credit")
    notes = [
        each
        for each in books.credit_notes.values()
        if (each.customer_id, each.currency) == (read.customer_id, out.currency)
        and each.issue_date <= out.value_date
    ]
    for note in sorted(notes, key=lambda each: (each.issue_date, each.number)):
        part = min(-books.rest[out.id], books.credit[note.id])
        if part > 0:
            on = out.value_date
            books.post(Allocation(None, note.id, None, "credit_note", out.currency, part, on, "credit", why))
            _spend(books, out, part, on, why, "credit")


def settle_again(books: Books, again: Payment, original: Payment) -> None:
    """A chargeback that was won: the money is back, and so is what it had settled."""
    taken = books.settled.get(original.id, {})
    reopened = [books.invoices[each] for each in taken if each in books.invoices]
    for invoice in sorted(reopened, key=lambda each: (each.due_date, each.number)):
        part = min(-taken[invoice.id], books.rest[again.id], books.balance[invoice.id])
        if part > 0:
            taken[invoice.id] += part
            why = f"Payment {again.reference} gives back what {original.reference} had taken."
            books.pay(again, invoice, part, "reversal", why)


def _overfull(books: Books, out: Payment, original: Payment, why: str) -> None:
    """What persons decided since rests on this taking back: what they filled again goes first."""
    for invoice_id in _newest_first(books, original):
        too_much = -books.balance.get(invoice_id, 0)
        if too_much > 0:
            _reopen(books, out, original, invoice_id, too_much, why)


def _newest_first(books: Books, original: Payment) -> list[int]:
    def when(invoice_id: int) -> tuple[date, date, str]:
        invoice = books.invoices[invoice_id]
        return books.since[original.id, invoice_id], invoice.due_date, invoice.number

    standing = books.settled.get(original.id, {})
    return sorted(
        (each for each, left in standing.items() if left > 0 and each in books.invoices),
        key=when,
        reverse=True,
    )


def _reopen(books: Books, out: Payment, original: Payment, invoice_id: int, most: int, why: str) -> None:
    standing = books.settled[original.id]
    part = min(-books.rest[out.id], standing[invoice_id], most)
    if part <= 0:
        return
    on = max(out.value_date, books.since[original.id, invoice_id])
    standing[invoice_id] -= part
    books.post(Allocation(out.id, None, invoice_id, "payment", out.currency, -part, on, "reversal", why))
    for extra in books.extras.pop((original.id, invoice_id), ()):
        books.post(
            extra._replace(
                payment_id=out.id,
                amount_minor=-extra.amount_minor,
                effective_on=on,
                rule="reversal",
                reason=why,
            )
        )


def _promised(books: Books, out: Payment, incoming: Iterable[Payment], why: str, rule: str) -> None:
    """A person has used up this credit already; only the money that went out is written."""
    for each in incoming:
        still = books.promised_still[out.currency]
        part = min(-books.rest[out.id], books.promised.get(each.id, 0), still)
        if part > 0:
            books.promised[each.id] -= part
            books.promised_still[out.currency] -= part
            _spend(books, out, part, max(out.value_date, each.value_date), why, rule)


def _use_rest(books: Books, out: Payment, original: Payment, why: str, rule: str) -> None:
    part = min(-books.rest[out.id], books.rest[original.id])
    if part > 0:
        on = max(out.value_date, original.value_date)
        books.post(Allocation(original.id, None, None, "refund", out.currency, part, on, rule, why))
        _spend(books, out, part, on, why, rule)


def _spend(books: Books, out: Payment, part: int, on: date, why: str, rule: str) -> None:
    books.post(Allocation(out.id, None, None, "refund", out.currency, -part, on, rule, why))
