"""Which payment is taken back by another one: the one whose reference it names, else whose end-to-end id.

A returned direct debit often names only the end-to-end id that we gave it. Recurring debits may share one:
what several payments could mean is left to a person, unless just one of them has the amount.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from fakturo.receivables.facts import Payment


class Originals:
    """Payments by what a return may call them."""

    def __init__(self, payments: Iterable[Payment]) -> None:
        self._by_reference: dict[tuple[str, str], Payment] = {}
        self._by_end_to_end: dict[tuple[str, str], list[Payment]] = defaultdict(list)
        for each in payments:
            self._by_reference[each.source, each.reference] = each
            if each.end_to_end and each.amount_minor > 0 and not each.reverses:
                self._by_end_to_end[each.source, each.end_to_end].append(each)

    def candidates(self, payment: Payment) -> Sequence[Payment]:
        """All that it could take back, whatever their amounts: what ties clients together."""
        if not payment.reverses:
            return ()
        named = self._by_reference.get((payment.source, payment.reverses))
        if named is not None:
            return (named,)
        if payment.amount_minor > 0:
            return ()
        return self._by_end_to_end.get((payment.source, payment.reverses), ())

    def of(self, payment: Payment) -> Payment | None:
        """The payment of the other sign that this one takes back."""
        found = [
            each
            for each in self.candidates(payment)
            if (each.amount_minor > 0) != (payment.amount_minor > 0) and each.currency == payment.currency
        ]
        if len(found) > 1:
            found = [
                each
                for each in found
                if each.amount_minor == -payment.amount_minor and each.value_date <= payment.value_date
            ]
        return found[0] if len(found) == 1 else None
