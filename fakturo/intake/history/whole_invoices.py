"""An invoice of another system comes in whole, as it was issued, or its rows are quarantined."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from fakturo.history import doubts, issued_elsewhere
from fakturo.ledger.landing.arrivals import Landing
from fakturo.order import Order
from fakturo.settings import Seller

LONGEST_NUMBER = 60
"""Letters of an invoice number, as the ledger holds it."""
_SAYS_MORE = ('"stated_net":', '"stated_total":', '"tax_category":', '"tax_rate":', '"adjustments":')
"""Keys of an order's content that can contradict its lines; within a string every quote is escaped."""
_WORDS = {
    "lines_quarantined": "Other lines of this invoice or beside it are quarantined: it comes in whole.",
}

TakenNumbers = Callable[[Sequence[tuple[str, str]]], Iterable[str]]
"""(number, external id) of invoices -> those of the numbers that another invoice bears already."""


def reasons_against(
    landings: Sequence[Landing], *, seller: Seller, prefix: str, today: date, taken: TakenNumbers
) -> dict[str, list[str]]:
    """Why some invoices cannot come in: external id -> sentences.

    Args:
        landings: what was read, as orders.
        prefix: put before each number.
        today: the day it is here; an invoice of tomorrow may be of a place where it is tomorrow.
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
        why += _contradictions(each, number, seller)
        if why:
            found[each.external_id] = why
    return found


def _contradictions(landing: Landing, number: str, seller: Seller) -> list[str]:
    """What an invoice says against itself; most say too little for that and are not parsed again."""
    text = landing.content or ""
    if not any(key in text for key in _SAYS_MORE):
        return []
    order = Order.model_validate_json(text)
    return list(doubts(order, issued_elsewhere(order, number=number, seller=seller)))
