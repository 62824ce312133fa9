"""What surrounds the lines of an invoice: who supplies whom, when and where, and how it is paid.

Groups of EN 16931-1 with their BG and BT numbers. All of them are optional: an order that says nothing of
them makes the same invoice, and the same hash, as before they existed.
"""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from fakturo.order import Number, Party, Record


class SellerParty(Record):
    """The seller as it was on the day of issue (BG-4), with where to pay (BG-17)."""

    name: str
    """BT-27."""
    street: str
    city: str
    postcode: str
    country: str
    """BT-40."""
    vat_id: str | None = None
    """BT-31."""
    tax_number: str | None = None
    """BT-32, of a seller without a VAT id: the number of its tax office."""
    legal_id: str | None = None
    """BT-30: number in the register of companies."""
    legal_id_scheme: str | None = None
    """BT-30-1, ISO 6523: 0002 SIRENE, 0106 KVK, 0208 KBO, 9906 ..."""
    endpoint: str | None = None
    """BT-34: electronic address; the e-mail address where none is set."""
    endpoint_scheme: str | None = None
    """BT-34-1, of the EAS list: 0088 GLN, 9930 German VAT id, EM e-mail."""
    contact: str | None = None
    """BT-41."""
    email: str | None = None
    """BT-43."""
    phone: str | None = None
    """BT-42."""
    website: str | None = None
    iban: str | None = None
    """BT-84."""
    bic: str | None = None
    """BT-86."""
    bank: str | None = None
    specimen: bool = False
    """True while the built-in sample seller is in use; printed on the document."""


class Period(Record):
    """The time that was supplied for (BG-14 of the document, BG-26 of a line), both days included."""

    first: date
    """BT-73, BT-134."""
    last: date
    """BT-74, BT-135."""

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        """Rules BR-29 and BR-30."""
        if self.last < self.first:
            raise ValueError(f"the period ends on {self.last}, before it starts on {self.first}")
        return self


class Delivery(Record):
    """Where and when the goods were handed over (BG-13, BG-15)."""

    delivered_on: date | None = None
    """BT-72."""
    to: Party | None = None
    """BT-70 name, BT-71 id, BG-15 address; None: the buyer."""


class Payee(Record):
    """Who is paid, when it is not the seller (BG-10): a factor."""

    name: str = Field(min_length=1)
    """BT-59."""
    id: str | None = None
    """BT-60."""
    legal_id: str | None = None
    """BT-61."""


CARDS, DIRECT_DEBITS = frozenset({"48", "54", "55"}), frozenset({"49", "59"})
"""Of UNTDID 4461: the seller takes what is due."""


class PaymentMeans(Record):
    """How it is paid (BG-16) where it is not a transfer to the seller's own account."""

    code: Literal["30", "48", "49", "54", "55", "57", "58", "59"]
    """BT-81, of UNTDID 4461: 30 and 58 (SEPA) credit transfer, 48, 54 and 55 card, 49 and 59 direct debit,
    57 standing agreement."""
    iban: str | None = None
    """BT-84, of a credit transfer."""
    account_name: str | None = None
    """BT-85."""
    bic: str | None = None
    """BT-86."""
    card_number: str | None = Field(default=None, pattern=r"^[0-9X*]{0,10}[0-9]{4}$")
    """BT-87: the last four digits, six before them at most."""
    card_holder: str | None = None
    """BT-88."""
    mandate_id: str | None = None
    """BT-89, of a direct debit."""
    creditor_id: str | None = None
    """BT-90: the seller's SEPA creditor identifier."""
    debited_iban: str | None = None
    """BT-91."""


class EarlyPayment(Record):
    """A discount for paying early; part of the payment terms (BT-20)."""

    days: int = Field(ge=0, le=365)
    """After the day of issue."""
    percent: Number = Field(gt=0, lt=100)
    """Of the amount due."""


class Preceding(Record):
    """An invoice that this one corrects, or a deposit that it takes into account (BG-3)."""

    number: str = Field(min_length=1)
    """BT-25."""
    issue_date: date | None = None
    """BT-26."""


class AccountingTax(Record):
    """The tax in the currency that the seller's tax office counts in (BT-6, BT-111)."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    """BT-6."""
    tax_minor: int
    """BT-111, in minor units of that currency."""
    rate: Number = Field(gt=0)
    """Units of that currency for one unit of the document's, as published."""
    is_inverse: bool = False
    """Published the other way round: units of the document's currency for one of that currency, so that the
    tax is divided by it."""
    rate_date: date
    rate_source: str
    """Who published the rate, e.g. `European Central Bank`."""
