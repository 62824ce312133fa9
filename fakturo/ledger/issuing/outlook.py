"""What would become of an order if it were issued now: its invoice, and what speaks against it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine

from fakturo.finding import Finding
from fakturo.invoice import Invoice
from fakturo.ledger.issuing.holding import doubts
from fakturo.ledger.issuing.preparing import prepare
from fakturo.ledger.open import reading
from fakturo.ledger.orders.queue import Claimed
from fakturo.seller import Seller


class Outlook(NamedTuple):
    """The invoice without a number; None for a cancellation or where tax or terms cannot be settled."""

    invoice: Invoice | None
    findings: tuple[Finding, ...]


class Unread(NamedTuple):
    """An order that is not claimed: its id, its content as JSON, when it came in."""

    id: int
    content: str
    received_at: datetime


def look_ahead(engine: Engine, found: Sequence[Unread], *, seller: Seller, now: datetime) -> list[Outlook]:
    """Work out and prove the invoice of each order, alone, as issuing would; writes nothing."""
    claimed = [Claimed(each.id, "", "", each.content, None, 0, 0, each.received_at) for each in found]
    prepared = prepare(engine, claimed, seller, now, keep=False)
    with reading(engine) as connection:
        # one by one: these are not issued together, so none is the twin of another
        return [
            Outlook(
                each.invoice,
                (*each.findings, *doubts(connection, [each], now).get(each.claimed.id, [])),
            )
            for each in prepared
        ]
