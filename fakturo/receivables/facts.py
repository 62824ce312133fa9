"""The facts that the rules read, and what they answer. Amounts are integer minor units of `currency`.

Ids are handles only: whatever has an order is ordered by what the facts say, so that the same facts landed in
another order give the same answer.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

PERSON = "person"
"""The rule of whatever a person decided."""
MONEY_BACK = frozenset({"reversal", "credit"})
"""Rules whose rows belong to the money that went out, also where they name the payment that came in."""


class Payment(NamedTuple):
    """A row of `payments`."""

    id: int
    source: str
    reference: str
    kind: str
    currency: str
    amount_minor: int
    """Money in > 0, money out < 0."""
    value_date: date
    payer: str | None = None
    payer_account: str | None = None
    customer_id: str | None = None
    """As the source states it."""
    remittance: str = ""
    invoice_refs: tuple[str, ...] = ()
    """Numbers in fields of their own."""
    reverses: str | None = None
    """Reference or end-to-end id, of the same source, of the payment that this takes back."""
    end_to_end: str | None = None
    """The id that the payer or we gave it; banks hand it on."""


class Invoice(NamedTuple):
    """A row of `invoices`, of either kind; `total_minor` is never negative."""

    id: int
    number: str
    customer_id: str
    currency: str
    issue_date: date
    due_date: date
    total_minor: int
    corrects_id: int | None = None
    """Of a credit note: its original, if known."""


class Allocation(NamedTuple):
    """A row of `allocations` without who and when."""

    payment_id: int | None
    credit_note_id: int | None
    invoice_id: int | None
    kind: str
    currency: str
    amount_minor: int
    """> 0 settles the invoice or uses up the payment, < 0 takes that back."""
    effective_on: date
    rule: str
    reason: str = ""


class Payers(NamedTuple):
    """What is known of who pays for whom."""

    customers: frozenset[str] = frozenset()
    """Ids of all clients."""
    names: Mapping[str, str] = {}
    """Name key -> the only client of that name."""
    learned: Mapping[str, str] = {}
    """Account or name key -> client, as in `customer_payers`."""


class Named(NamedTuple):
    """Invoices and credit notes that a payment names."""

    firm: tuple[int, ...] = ()
    """Ids found in fields of their own, or as a whole number with its letters."""
    weak: tuple[int, ...] = ()
    """Ids of numbers of digits only, found in free text: they could be anything."""
    is_range: bool = False
    """Whether the text means more than it spells out: `INV-2026-00042 to 00045`."""


class Read(NamedTuple):
    """A payment as the rules understand it."""

    payment: Payment
    customer_id: str | None
    """Stated, learned, or the only one of that name."""
    how: str
    """How the customer is known, in words; empty where it is not."""
    named: Named
