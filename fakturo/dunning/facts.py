"""The facts that the rules of dunning read, and what they answer. Amounts are integer minor units."""

from datetime import date
from typing import Literal, NamedTuple

from fakturo.dunning.interest import Segment, balance_on
from fakturo.setting_groups.dunning import Tone

Code = Literal[
    "stopped",
    "payment_waiting",
    "credit_covers",
    "no_address",
    "below_minimum",
    "promised",
    "charged_back",
    "too_old",
    "not_yet",
    "all_levels_sent",
]


class Promise(NamedTuple):
    """That so much of an invoice will be paid by a day."""

    due_on: date
    amount_minor: int
    open_minor: int
    """What was open of the invoice when it was given."""


class Claim(NamedTuple):
    """An invoice of which something is open."""

    invoice_id: int
    number: str
    due_date: date
    total_minor: int
    open_minor: int
    changes: tuple[tuple[date, int], ...] = ()
    """(day, minor units settled from then on; < 0: taken back)."""
    level: int = 0
    """The last that was sent; 0: none."""
    sent_on: date | None = None
    """Of that level."""
    claimed_minor: int = 0
    """Fees and lump sums that earlier letters have claimed for it."""
    fees_minor: int = 0
    """Fees of those."""
    has_lump_sum: bool = False
    """Whether one was claimed."""
    promise: Promise | None = None
    """The last that was given."""
    is_charged_back: bool = False
    """The customer's bank took a payment back, and nobody has decided since."""


class Stop(NamedTuple):
    """A person's word that a customer gets no letters."""

    reason: str
    until: date | None = None
    """The last day of it; None: until resumed."""


class Account(NamedTuple):
    """All that is open of one customer in one currency."""

    customer_id: str
    currency: str
    claims: tuple[Claim, ...]
    last_letter_on: date | None = None
    stop: Stop | None = None
    waiting_minor: int = 0
    """Money that came in from this customer and stands on no invoice."""
    credit_minor: int = 0
    """What is left of credit notes."""
    has_address: bool = True


class Line(NamedTuple):
    """One invoice in a letter."""

    invoice_id: int
    number: str
    due_date: date
    days_overdue: int
    open_minor: int
    level: int | None
    """That this letter brings; None: listed because it is overdue too."""
    interest_minor: int
    """Up to the day of the letter, all of it."""
    lump_sum_minor: int
    """With this letter for the first time."""
    fee_minor: int
    """Of this letter; stands at one of its invoices."""
    earlier_minor: int
    """Fees and lump sums of earlier letters."""
    segments: tuple[Segment, ...] = ()


class Notice(NamedTuple):
    """One letter to one customer in one currency: all that is overdue, at the highest level."""

    customer_id: str
    currency: str
    level: int
    tone: Tone
    as_of: date
    pay_by: date
    lines: tuple[Line, ...]
    credit_minor: int
    """What is left of credit notes, taken off."""
    remarks: tuple[str, ...] = ()
    """What is not claimed, and why."""

    @property
    def open_minor(self) -> int:
        """Of all its invoices."""
        return sum(each.open_minor for each in self.lines)

    @property
    def claimed_minor(self) -> int:
        """Interest, lump sums and fees, earlier ones too."""
        return sum(
            each.interest_minor + each.lump_sum_minor + each.fee_minor + each.earlier_minor
            for each in self.lines
        )

    @property
    def total_minor(self) -> int:
        """What the letter asks for."""
        return self.open_minor + self.claimed_minor - self.credit_minor


class Held(NamedTuple):
    """What is overdue and not dunned, with the reason."""

    customer_id: str
    currency: str
    number: str | None
    """None: all of the customer in that currency."""
    code: Code
    reason: str
    """One sentence."""
    open_minor: int


class Decision(NamedTuple):
    """What becomes of an account today."""

    notice: Notice | None
    held: tuple[Held, ...]


PromiseState = Literal["open", "kept", "broken"]


def promise_state(
    promise: Promise,
    total_minor: int,
    changes: tuple[tuple[date, int], ...],
    as_of: date,
    grace_days: int,
) -> PromiseState:
    """Kept once the money is there by its day; broken when it is not, days of grace later."""
    paid = promise.open_minor - balance_on(total_minor, changes, promise.due_on)
    if paid >= promise.amount_minor:
        return "kept"
    return "broken" if (as_of - promise.due_on).days > grace_days else "open"
