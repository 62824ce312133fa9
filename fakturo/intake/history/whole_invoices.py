"""An invoice of another system comes in whole, as it was issued, or its rows are quarantined."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from fakturo.history import doubts, issued_elsewhere
from fakturo.invoice import Invoice
from fakturo.ledger.landing.arrivals import Landing
from fakturo.order import Order
from fakturo.seller import Seller

LONGEST_NUMBER = 60
"""Letters of an invoice number, as the ledger holds it."""
_SAYS_MORE = ('"stated_net":', '"stated_total":', '"tax_category":', '"tax_rate":', '"adjustments":')
"""Keys of an order's content that can contradict its lines; within a string every quote is escaped.

Who only wants to know what would happen need not work out the others.
"""
_WORDS = {
    "lines_quarantined": "Other lines of this invoice or beside it are quarantined: it comes in whole.",
}

TakenNumbers = Callable[[Sequence[tuple[str, str]]], Iterable[str]]
"""(number, external id) of invoices -> those of the numbers that another invoice bears already."""


def reasons_against(
    landings: Sequence[Landing],
    *,
    seller: Seller,
    prefix: str,
    today: date,
    taken: TakenNumbers,
    keep: Callable[[Landing, Invoice], None] | None,
) -> dict[str, list[str]]:
    """Why some invoices cannot come in: external id -> sentences.

    Args:
        landings: what was read, as orders.
        prefix: put before each number.
        today: the day it is here; an invoice of tomorrow may be of a place where it is tomorrow.
        keep: given every invoice that can come in; None: nobody wants them.
    """
    numbers = [(prefix + each.external_id, each.external_id) for each in landings]
    used = set(taken(numbers))
    found: dict[str, list[str]] = {}
    for each, (number, _) in zip(landings, numbers, strict=True):
        why = [_WORDS.get(finding.code, finding.message) for finding in each.findings]
        if number in used:
            why.append(
                f"Number {number} belongs to another invoice already; import the file with --prefix, such as "
                "--prefix OLD-, to keep both."
            )
        if len(number) > LONGEST_NUMBER:
            why.append(f"Number {number[:40]}… has {len(number)} letters; {LONGEST_NUMBER} are allowed.")
        if each.ordered_on is not None and each.ordered_on > today + timedelta(days=1):
            why.append(f"It is dated {each.ordered_on}, in the future; check its date.")
        invoice = None
        if keep is not None or any(key in (each.content or "") for key in _SAYS_MORE):
            order = Order.model_validate_json(each.content or "")
            invoice = issued_elsewhere(order, number=number, seller=seller)
            why += doubts(order, invoice)
        if why:
            found[each.external_id] = why
        elif keep is not None and invoice is not None:
            keep(each, invoice)
    return found
