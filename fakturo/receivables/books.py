"""Balances while the rules work: what is open of each invoice, what is left of each payment and credit note.

Every posting keeps them, so that no rule can spend an amount twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from fakturo.receivables.facts import PERSON, Allocation, Invoice, Payment
from fakturo.receivables.terms import Terms

Account = tuple[str, str]
"""(client, currency): amounts of two accounts never meet."""


class Books:
    """The state of one group of clients; starts from what persons decided."""

    def __init__(
        self,
        payments: Iterable[Payment],
        invoices: Iterable[Invoice],
        credit_notes: Iterable[Invoice],
        given: Sequence[Allocation],
        terms: Terms,
    ) -> None:
        self.terms = terms
        self.invoices = {each.id: each for each in invoices}
        self.credit_notes = {each.id: each for each in credit_notes}
        self.balance = {each.id: each.total_minor for each in self.invoices.values()}
        self.credit = {each.id: each.total_minor for each in self.credit_notes.values()}
        self.decided_notes = {
            each.credit_note_id for each in given if each.rule == PERSON
        } & self.credit.keys()
        """Credit notes that a person has put somewhere; only money that goes out may use what is left."""
        self.rest = {each.id: each.amount_minor for each in payments}
        self._out = {each for each, amount in self.rest.items() if amount < 0}
        self.wanted: list[Allocation] = []
        self.settled: dict[int, dict[int, int]] = defaultdict(dict)
        """Payment -> invoice -> minor units of it that stand there, less what was taken back."""
        self.extras: dict[tuple[int, int], list[Allocation]] = defaultdict(list)
        """(payment, invoice) -> discounts and fees that came with the payment."""
        self.since: dict[tuple[int, int], date] = {}
        """(payment, invoice) -> from which day on it stands there."""
        self.reopened: dict[int, date] = {}
        """Invoice -> the last day on which something was taken back from it."""
        self.promised: dict[int, int] = defaultdict(int)
        """Payment -> minor units that a person said are paid back."""
        self.promised_still: dict[str, int] = defaultdict(int)
        """Currency -> what of it no money that went out has been put to by a person."""
        self.open: dict[Account, dict[int, Invoice]] = defaultdict(dict)
        self.equal: dict[tuple[str, str, int], set[int]] = defaultdict(set)
        """(client, currency, balance) -> invoices."""
        for allocation in given:
            self._post(allocation)
        for invoice in self.invoices.values():
            self._list(invoice)

    def post(self, allocation: Allocation) -> None:
        """Write an allocation that a rule wants."""
        invoice = self.invoices.get(allocation.invoice_id or 0)
        if invoice is not None:
            self._unlist(invoice)
        self._post(allocation)
        if invoice is not None:
            self._list(invoice)
        self.wanted.append(allocation)

    def earliest(self, invoice: Invoice, on: date) -> date:
        """From which day on a payment of day `on` may change the invoice's balance."""
        return max(on, invoice.issue_date, self.reopened.get(invoice.id, on))

    def pay(
        self, payment: Payment, invoice: Invoice, amount: int, rule: str, reason: str, kind: str = "payment"
    ) -> None:
        """Put so much of a payment on an invoice; of kind discount or fee, forgive it with the payment."""
        on = self.earliest(invoice, payment.value_date)
        self.post(Allocation(payment.id, None, invoice.id, kind, invoice.currency, amount, on, rule, reason))

    def _post(self, each: Allocation) -> None:
        payment, invoice, amount = each.payment_id, each.invoice_id, each.amount_minor
        if payment is not None and each.kind in {"payment", "refund"}:
            self.rest[payment] = self.rest.get(payment, 0) - amount
        if each.credit_note_id is not None and each.kind == "credit_note":
            self.credit[each.credit_note_id] = self.credit.get(each.credit_note_id, 0) - amount
        if payment is not None and each.kind == "refund" and each.rule == PERSON:
            self.promised_still[each.currency] += amount
            if payment not in self._out:
                self.promised[payment] += amount
        if invoice is None:
            return
        self.balance[invoice] = self.balance.get(invoice, 0) - amount
        if amount < 0 and payment in self._out:
            self.reopened[invoice] = max(each.effective_on, self.reopened.get(invoice, each.effective_on))
        if payment is None:
            return
        if each.kind == "payment":
            standing = self.settled[payment]
            standing[invoice] = standing.get(invoice, 0) + amount
            pair = (payment, invoice)
            self.since[pair] = max(each.effective_on, self.since.get(pair, each.effective_on))
        elif each.kind in {"discount", "fee"}:
            self.extras[payment, invoice].append(each)

    def _list(self, invoice: Invoice) -> None:
        balance = self.balance[invoice.id]
        if balance > 0:
            self.open[invoice.customer_id, invoice.currency][invoice.id] = invoice
            self.equal[invoice.customer_id, invoice.currency, balance].add(invoice.id)

    def _unlist(self, invoice: Invoice) -> None:
        self.open[invoice.customer_id, invoice.currency].pop(invoice.id, None)
        self.equal[invoice.customer_id, invoice.currency, self.balance[invoice.id]].discard(invoice.id)
