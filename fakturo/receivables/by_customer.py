"""Rules 2 to 5 for a payment that names nothing: the client is known and the amount tells.

Only invoices issued by the day of the payment count. What two invoices, or two sets of them, could mean is
left to a person.
"""

from fakturo.receivables.books import Books
from fakturo.receivables.by_reference import forgive_fee, take_discount
from fakturo.receivables.facts import Invoice, Payment, Read
from fakturo.receivables.sums import MOST_AMOUNTS, only_set

MOST_OPEN = 500
"""Beyond it sets are not looked for: going through all of them for each payment takes too long."""


def by_customer(books: Books, read: Read) -> None:
    """Put a payment on the one invoice, or the one set of them, that its amount proves."""
    payment, customer = read.payment, read.customer_id
    if customer is None:
        return
    known = f"Client {customer}, {read.how}"
    equal = _with_balance(books, payment, customer, books.rest[payment.id])
    if equal:
        if len(equal) == 1:
            why = f"{known}: {equal[0].number} is the only invoice with this open amount."
            books.pay(payment, equal[0], books.rest[payment.id], "amount", why)
        return
    _discounted(books, payment, customer, known) or _several(
        books, payment, customer, known
    ) or _short_by_fee(books, payment, customer, known)


def _with_balance(books: Books, payment: Payment, customer: str, balance: int) -> list[Invoice]:
    found = books.equal.get((customer, payment.currency, balance), ())
    fit = [books.invoices[each] for each in found]
    return [each for each in fit if each.issue_date <= payment.value_date]


def _open(books: Books, payment: Payment, customer: str) -> list[Invoice]:
    """Open invoices of the day, by number."""
    account = books.open.get((customer, payment.currency), {})
    fit = [each for each in account.values() if each.issue_date <= payment.value_date]
    return sorted(fit, key=lambda each: each.number)


def _discounted(books: Books, payment: Payment, customer: str, known: str) -> bool:
    terms, amount = books.terms, books.rest[payment.id]
    if not terms.discount_pct:
        return False
    fit = [
        each
        for each in _open(books, payment, customer)
        if terms.in_time(each, payment.value_date)
        and books.balance[each.id] - terms.discount(books.balance[each.id]) == amount
    ]
    if len(fit) != 1:
        return len(fit) > 1
    discount = books.balance[fit[0].id] - amount
    take_discount(books, payment, fit[0], discount, f"{known}: {fit[0].number}")
    return True


def _several(books: Books, payment: Payment, customer: str, known: str) -> bool:
    amount = books.rest[payment.id]
    if len(books.open.get((customer, payment.currency), ())) > MOST_OPEN:
        return False
    waiting = _open(books, payment, customer)
    balances = [books.balance[each.id] for each in waiting]
    if len(waiting) > MOST_AMOUNTS and sum(balances) == amount:
        chosen: tuple[int, ...] | None = tuple(range(len(waiting)))
    else:
        chosen = only_set(balances, amount)
    if chosen is None:
        return False
    numbers = " + ".join(waiting[place].number for place in chosen)
    for place in chosen:
        why = f"{known}: only {numbers} come to this amount."
        books.pay(payment, waiting[place], balances[place], "set", why)
    return True


def _short_by_fee(books: Books, payment: Payment, customer: str, known: str) -> bool:
    amount, most = books.rest[payment.id], books.terms.fee_tolerance_minor
    if not most:
        return False
    waiting = _open(books, payment, customer)
    fit = [each for each in waiting if 0 < books.balance[each.id] - amount <= most]
    if len(fit) != 1:
        return False
    forgive_fee(books, payment, fit[0], books.balance[fit[0].id] - amount, f"{known}: {fit[0].number}")
    return True
