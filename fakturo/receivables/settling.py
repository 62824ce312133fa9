"""All rules over one group of clients, in the order of the facts' own days.

Within a day credit notes come first, then money in, then money out. What no rule could place the first time
is tried again with what came later, until nothing moves.
Rule 6: a credit note settles the invoice that it corrects, as far as that is open.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from fakturo.receivables.books import Books
from fakturo.receivables.by_customer import by_customer
from fakturo.receivables.by_reference import by_reference
from fakturo.receivables.facts import Allocation, Invoice, Payment, Read
from fakturo.receivables.money_back import settle_again, take_back, use_credit
from fakturo.receivables.originals import Originals
from fakturo.receivables.payers import name_key
from fakturo.receivables.terms import Terms

ROUNDS = 3
"""Each further round places what the one before made unambiguous; a bound, so that a run always ends."""

Order = tuple[date, int, str, str]
Alike = tuple[str, str, int, str]


class Group(NamedTuple):
    """Clients that payments tie together, with all their facts."""

    reads: Sequence[Read]
    invoices: Sequence[Invoice]
    credit_notes: Sequence[Invoice]


def settle(
    group: Group, given: Sequence[Allocation], decided: frozenset[int] | set[int], terms: Terms
) -> list[Allocation]:
    """Allocations that the rules want beside what is given.

    Args:
        given: what persons decided, and all that stands of payments they decided about.
        decided: ids of those payments that came in; no rule puts them anywhere.

    Returns:
        What ought to stand, whatever stands now; the same for the same facts in any order.
    """
    by_key = {(each.payment.source, each.payment.reference): each for each in group.reads}
    payments = [each.payment for each in group.reads]
    books = Books(payments, group.invoices, group.credit_notes, given, terms)
    desk = _Desk(books, by_key, decided)
    events: list[tuple[Order, Invoice | Read]] = [
        (desk.when_credited(each), each) for each in group.credit_notes
    ]
    events += [(desk.when_paid(each), each) for each in group.reads]
    events.sort(key=lambda event: event[0])
    for _, event in events:
        desk.handle(event)
    for _ in range(ROUNDS - 1):
        before = len(books.wanted)
        for _, event in events:
            if isinstance(event, Invoice) or event.payment.amount_minor > 0:
                desk.handle(event)
        if len(books.wanted) == before:
            break
    return books.wanted


class _Desk:
    """Which rule looks at what."""

    def __init__(
        self, books: Books, by_key: dict[tuple[str, str], Read], decided: frozenset[int] | set[int]
    ) -> None:
        self.books = books
        self.originals = Originals(each.payment for each in by_key.values())
        self.decided = decided
        self.of_customer: dict[str, list[Read]] = defaultdict(list)
        self.alike: dict[Alike, list[Payment]] = defaultdict(list)
        for each in sorted(by_key.values(), key=lambda each: _natural(each.payment)):
            if each.customer_id is not None:
                self.of_customer[each.customer_id].append(each)
                self.alike[_alike(each)].append(each.payment)

    def when_credited(self, note: Invoice) -> Order:
        original = self.books.invoices.get(note.corrects_id or 0)
        day = max(note.issue_date, original.issue_date) if original else note.issue_date
        return day, 0, "", note.number

    def when_paid(self, read: Read) -> Order:
        """Taking back comes after what it takes back, on the later day of both."""
        payment, original = read.payment, self.original(read.payment)
        if original is None:
            return payment.value_date, 1 if payment.amount_minor > 0 else 2, payment.source, payment.reference
        before = self.original(original)
        days = [each.value_date for each in (payment, original, before) if each is not None]
        return max(days), 3 if before is None else 4, payment.source, payment.reference

    def original(self, payment: Payment) -> Payment | None:
        """The payment of the other sign that this one takes back."""
        return self.originals.of(payment)

    def handle(self, event: Invoice | Read) -> None:
        if isinstance(event, Invoice):
            self._correct(event)
            return
        payment = event.payment
        if payment.id in self.decided or self.books.rest[payment.id] == 0:
            return
        if payment.amount_minor > 0:
            self._incoming(event)
            return
        original = self.original(payment)
        if original is not None:
            take_back(self.books, payment, original)
        elif not payment.reverses and payment.kind == "refund" and event.customer_id is not None:
            use_credit(self.books, event, self.of_customer[event.customer_id])

    def _incoming(self, read: Read) -> None:
        payment, books = read.payment, self.books
        original = self.original(payment)
        if original is not None:
            settle_again(books, payment, original)
        if by_reference(books, read):
            return
        if books.rest[payment.id] == payment.amount_minor and not self._is_paid_twice(read):
            by_customer(books, read)

    def _correct(self, note: Invoice) -> None:
        books = self.books
        original = books.invoices.get(note.corrects_id or 0)
        if original is None or original.currency != note.currency or note.id in books.decided_notes:
            return
        part = min(books.credit[note.id], books.balance[original.id])
        if part > 0:
            on = books.earliest(original, note.issue_date)
            why = f"{note.number} corrects {original.number}."
            books.post(
                Allocation(
                    None, note.id, original.id, "credit_note", note.currency, part, on, "credit_note", why
                )
            )

    def _is_paid_twice(self, read: Read) -> bool:
        """Whether a payment just like this one has settled something already."""
        if read.customer_id is None:
            return False
        for other in self.alike[_alike(read)]:
            near = abs((other.value_date - read.payment.value_date).days) <= self.books.terms.duplicate_days
            settled = any(left > 0 for left in self.books.settled.get(other.id, {}).values())
            if other.id != read.payment.id and near and settled:
                return True
        return False


def _natural(payment: Payment) -> tuple[date, str, str]:
    return payment.value_date, payment.source, payment.reference


def _alike(read: Read) -> Alike:
    payment = read.payment
    text = name_key(" ".join((payment.remittance, *sorted(payment.invoice_refs))))
    return read.customer_id or "", payment.currency, payment.amount_minor, text
