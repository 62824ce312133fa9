"""Clients that payments tie together form a group: no fact of one group can change what another one gets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fakturo.receivables.facts import Invoice, Payers, Payment, Read
from fakturo.receivables.originals import Originals
from fakturo.receivables.payers import payer_of
from fakturo.receivables.references import Numbers
from fakturo.receivables.settling import Group

Node = str | int
"""A client's id, or the id of a payment."""


def read_payments(payments: Iterable[Payment], numbers: Numbers, payers: Payers) -> list[Read]:
    """Each payment with its client and with what it names."""
    reads = []
    for payment in payments:
        customer_id, how = payer_of(payment, payers)
        named = numbers.named(payment, customer_id)
        if customer_id is None and not payment.customer_id:
            owners = {numbers.owner(each) for each in named.firm}
            if len(owners) == 1:
                customer_id, how = owners.pop(), "whose invoice the payment names"
        reads.append(Read(payment, customer_id, how, named))
    return reads


def grouped(
    reads: Sequence[Read],
    invoices: Sequence[Invoice],
    credit_notes: Sequence[Invoice],
    linked: Mapping[int, Iterable[str]],
) -> list[Group]:
    """Groups with at least one payment or credit note; invoices of others have nothing to be settled by.

    Args:
        linked: payment -> clients of invoices on which it stands already.
    """
    ties = _tied(reads, [*invoices, *credit_notes], linked)
    rooms: dict[Node, Group] = defaultdict(lambda: Group([], [], []))
    for read in reads:
        rooms[ties.root(read.payment.id)].reads.append(read)  # type: ignore[attr-defined]
    for note in credit_notes:
        rooms[ties.root(note.customer_id)].credit_notes.append(note)  # type: ignore[attr-defined]
    for invoice in invoices:
        room = rooms.get(ties.root(invoice.customer_id))
        if room is not None:
            room.invoices.append(invoice)  # type: ignore[attr-defined]
    return list(rooms.values())


def _tied(reads: Sequence[Read], invoices: Sequence[Invoice], linked: Mapping[int, Iterable[str]]) -> "_Ties":
    owner = {each.id: each.customer_id for each in invoices}
    originals = Originals(each.payment for each in reads)
    ties = _Ties()
    for read in reads:
        payment = read.payment
        others: list[Node] = [owner[each] for each in (*read.named.firm, *read.named.weak)]
        others += linked.get(payment.id, ())
        others += [read.customer_id] if read.customer_id is not None else []
        others += [each.id for each in originals.candidates(payment)]
        for other in others:
            ties.join(payment.id, other)
    for each in invoices:
        if each.corrects_id is not None:
            ties.join(each.customer_id, owner.get(each.corrects_id, each.customer_id))
    return ties


class _Ties:
    """Union-find."""

    def __init__(self) -> None:
        self._above: dict[Node, Node] = {}

    def root(self, node: Node) -> Node:
        top = node
        while (above := self._above.get(top, top)) != top:
            top = above
        while node != top:
            self._above[node], node = top, self._above.get(node, node)
        return top

    def join(self, one: Node, other: Node) -> None:
        first, second = self.root(one), self.root(other)
        if first != second:
            self._above[second] = first
