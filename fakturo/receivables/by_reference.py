"""Rule 1: the payer names what is paid. With it, discount (3) and bank fees (5) of what is named."""

from collections.abc import Sequence
from datetime import date

from fakturo.receivables.books import Books
from fakturo.receivables.facts import Allocation, Invoice, Payment, Read
from fakturo.receivables.sums import only_set

RULE = "reference"


def by_reference(books: Books, read: Read) -> bool:
    """Put a payment on what it names.

    A payment that names something is put on nothing else: what is left over is the client's credit.

    Returns:
        Whether the payment names anything of ours; if not, other rules may look at it.
    """
    firm, weak = _meant(books, read, read.named.firm), _meant(books, read, read.named.weak)
    if weak and not _is_proved(books, read, weak):
        weak = []
    if not weak and not read.named.firm:
        return False
    named = [*firm, *(each for each in weak if each not in firm)]
    waiting = sorted((each for each in named if books.balance[each.id] > 0), key=_oldest_first)
    if waiting:
        _settle(books, read, waiting)
    return True


def _meant(books: Books, read: Read, ids: Sequence[int]) -> list[Invoice]:
    """Named invoices of the payment's currency; where the source states the client, only this client's."""
    payment = read.payment
    found = [books.invoices[each] for each in ids if each in books.invoices]
    return [
        each
        for each in found
        if each.currency == payment.currency and payment.customer_id in {None, each.customer_id}
    ]


def _is_proved(books: Books, read: Read, weak: Sequence[Invoice]) -> bool:
    """Digits in free text count where the invoices are the client's own, or come to just the amount."""
    if read.customer_id is not None:
        return all(each.customer_id == read.customer_id for each in weak)
    return sum(max(books.balance[each.id], 0) for each in weak) == books.rest[read.payment.id]


def _settle(books: Books, read: Read, waiting: Sequence[Invoice]) -> None:
    """Try what the amount may mean, the plainest first."""
    for attempt in (_in_full, _set_off, _with_discount, _less_fee, _in_part):
        if attempt(books, read, waiting):
            return


def _in_full(books: Books, read: Read, waiting: Sequence[Invoice]) -> bool:
    over = books.rest[read.payment.id] - _open(books, waiting)
    if over < 0 or (over > 0 and read.named.is_range):
        return False
    _pay_all(books, read, waiting)
    return True


def _with_discount(books: Books, read: Read, waiting: Sequence[Invoice]) -> bool:
    payment, terms = read.payment, books.terms
    short = _open(books, waiting) - books.rest[payment.id]
    discounts = [terms.discount(books.balance[each.id]) for each in waiting]
    if short <= 0 or sum(discounts) != short:
        return False
    if not all(terms.in_time(each, payment.value_date) for each in waiting):
        return False
    for invoice, discount in zip(waiting, discounts, strict=True):
        take_discount(books, payment, invoice, discount, f"The payment names {invoice.number}")
    return True


def _less_fee(books: Books, read: Read, waiting: Sequence[Invoice]) -> bool:
    payment, last = read.payment, waiting[-1]
    short = _open(books, waiting) - books.rest[payment.id]
    if not 0 < short <= books.terms.fee_tolerance_minor or books.balance[last.id] <= short:
        return False
    _pay_all(books, read, waiting[:-1])
    forgive_fee(books, payment, last, short, f"The payment names {last.number}")
    return True


def _in_part(books: Books, read: Read, waiting: Sequence[Invoice]) -> bool:
    """Those named invoices that come to just the amount, else the oldest due first."""
    payment, rest = read.payment, books.rest[read.payment.id]
    if read.named.is_range:
        return False
    numbers = ", ".join(each.number for each in waiting)
    chosen = only_set([books.balance[each.id] for each in waiting], rest)
    if chosen is not None:
        paid = " + ".join(waiting[place].number for place in chosen)
        _pay_all(
            books, read, [waiting[place] for place in chosen], f"The payment names {numbers}: {paid} fit."
        )
        return True
    for invoice in waiting:
        part = min(books.balance[invoice.id], books.rest[payment.id])
        if part > 0:
            why = f"The payment names {numbers}" + (", oldest due first." if len(waiting) > 1 else ".")
            books.pay(payment, invoice, part, RULE, why)
    return True


def _pay_all(books: Books, read: Read, waiting: Sequence[Invoice], why: str | None = None) -> None:
    for invoice in waiting:
        reason = why or f"The payment names {invoice.number}."
        books.pay(read.payment, invoice, books.balance[invoice.id], RULE, reason)


def _open(books: Books, waiting: Sequence[Invoice]) -> int:
    return sum(books.balance[each.id] for each in waiting)


def take_discount(books: Books, payment: Payment, invoice: Invoice, discount: int, why: str) -> None:
    """Settle an invoice by a payment that is short by the early-payment discount."""
    days = books.terms.discount_days
    reason = f"{why}; {books.terms.discount_pct} % discount for payment within {days} days."
    books.pay(payment, invoice, books.balance[invoice.id] - discount, "discount", reason)
    if discount:
        books.pay(payment, invoice, discount, "discount", reason, kind="discount")


def forgive_fee(books: Books, payment: Payment, invoice: Invoice, short: int, why: str) -> None:
    """Settle an invoice by a payment that is short by what a bank kept."""
    reason = f"{why}; {short} minor units short, within the tolerance for bank fees."
    books.pay(payment, invoice, books.balance[invoice.id] - short, "fee", reason)
    books.pay(payment, invoice, short, "fee", reason, kind="fee")


def _set_off(books: Books, read: Read, waiting: Sequence[Invoice]) -> bool:
    """Credit notes that the payment names make up for what it is short of."""
    payment = read.payment
    notes = [
        books.credit_notes[each]
        for each in read.named.firm
        if each in books.credit_notes and books.credit[each] > 0 and each not in books.decided_notes
    ]
    short = _open(books, waiting) - books.rest[payment.id]
    owners = {(each.customer_id, each.currency) for each in (*waiting, *notes)}
    if not notes or len(owners) > 1 or sum(books.credit[each.id] for each in notes) != short:
        return False
    missing = {each.id: books.balance[each.id] for each in waiting}
    for note in notes:
        for invoice in waiting:
            part = min(missing[invoice.id], books.credit[note.id])
            if part > 0:
                on = books.earliest(invoice, max(payment.value_date, note.issue_date))
                why = f"The payment names {invoice.number} and takes off {note.number}."
                _credit(books, note, invoice, part, on, why)
                missing[invoice.id] -= part
    for invoice in waiting:
        if missing[invoice.id] > 0:
            books.pay(payment, invoice, missing[invoice.id], RULE, f"The payment names {invoice.number}.")
    return True


def _credit(books: Books, note: Invoice, invoice: Invoice, part: int, on: date, why: str) -> None:
    books.post(Allocation(None, note.id, invoice.id, "credit_note", invoice.currency, part, on, RULE, why))


def _oldest_first(invoice: Invoice) -> tuple[date, date, str]:
    """A debtor's money goes to the debt that is due first. Source: section 366 (2) of the German BGB."""
    return invoice.due_date, invoice.issue_date, invoice.number
