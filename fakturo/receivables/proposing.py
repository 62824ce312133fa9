"""What pays what, as one function of all facts; `ledger.payments.allocating` does the same group by group."""

from collections.abc import Iterable, Sequence

from fakturo.receivables.facts import Allocation, Invoice, Payers, Payment
from fakturo.receivables.grouping import grouped, read_payments
from fakturo.receivables.references import Numbers
from fakturo.receivables.settling import settle
from fakturo.receivables.terms import Terms


def propose(
    payments: Iterable[Payment],
    invoices: Sequence[Invoice],
    credit_notes: Sequence[Invoice],
    payers: Payers,
    terms: Terms,
) -> list[Allocation]:
    """Allocations that the rules want where nobody has decided anything yet.

    Returns:
        The same set for the same set of facts, whatever their order and their ids.
    """
    reads = read_payments(payments, Numbers([*invoices, *credit_notes]), payers)
    wanted: list[Allocation] = []
    for group in grouped(reads, invoices, credit_notes, {}):
        wanted += settle(group, (), frozenset(), terms)
    return wanted
