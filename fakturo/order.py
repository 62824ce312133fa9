"""An order: what a customer asked for, before anything is proved.

Terms follow EN 16931 where an order has them (BT-13 purchase order reference, BT-129 quantity,
BT-146 item net price, BT-149 price base quantity, BG-27 line allowances, BG-28 line charges).
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    field_validator,
    model_validator,
)
from stdnum import iban
from stdnum.exceptions import ValidationError as NotValid

from fakturo.money import exponent, plain

Number = Annotated[
    Decimal,
    Field(max_digits=24, decimal_places=10, allow_inf_nan=False),
    PlainSerializer(plain, return_type=str),
]
"""A Decimal that is written without exponent or trailing zeros, so that equal numbers hash alike."""

TaxCategory = Literal["S", "Z", "E", "AE", "K", "G", "O", "L", "M"]
"""UNCL 5305 subset of EN 16931 (BT-118, BT-151)."""

LONGEST_MANDATE = 35
"""Letters of a mandate's reference (SEPA rulebook, AT-01)."""
Means = Literal["transfer", "direct_debit", "card"]
"""Who moves the money: the customer, or the seller from its account or card."""


WRITTEN = {
    "currency": "write three capital letters such as EUR",
    "country": "write two capital letters such as DE",
    "gtin": "write 8 to 14 digits",
    "card_number": "write its last four digits, never more",
}
"""What the pattern of a field asks for, in words."""


class Record(BaseModel):
    """What all our records share: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Party(Record):
    """A buyer or a place of delivery (BG-7). Only `id`, the seller's account number for it, is required."""

    id: str = Field(min_length=1, max_length=120)
    name: str | None = None
    street: str | None = None
    city: str | None = None
    postcode: str | None = None
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    """ISO 3166-1 alpha-2 (BT-55)."""
    country_name: str | None = None
    """The country as the source wrote it, when it is no ISO code we could find."""
    vat_id: str | None = None
    legal_id: str | None = None
    """Number in the register of companies (BT-47)."""
    endpoint: str | None = None
    """Electronic address (BT-49); the e-mail address where none is known."""
    endpoint_scheme: str | None = None
    """BT-49-1, of the EAS list: 0088 GLN, 0204 Leitweg-ID, 9930 German VAT id."""
    email: str | None = None


class Adjustment(Record):
    """An allowance (less) or charge (more) of a line (BG-27, BG-28) or of the document (BG-20, BG-21)."""

    kind: Literal["allowance", "charge"]
    amount: Number = Field(ge=0)
    """In the order's currency, always positive; `kind` gives the direction."""
    reason: str = "Discount"
    tax_category: TaxCategory | None = None
    tax_rate: Number | None = Field(default=None, ge=0, le=100)
    """Of a document-level adjustment: percent. None: the seller's default."""


class OrderLine(Record):
    """One thing that was asked for."""

    no: int = Field(ge=1)
    code: str | None = None
    """Seller's item identifier (BT-155)."""
    buyer_code: str | None = None
    """Buyer's item identifier (BT-156)."""
    gtin: str | None = Field(default=None, pattern=r"^[0-9]{8,14}$")
    """Of the article (BT-157)."""
    order_line: str | None = None
    """Of the buyer's purchase order (BT-132)."""
    name: str = Field(min_length=1, max_length=1000)
    quantity: Number = Field(gt=0)
    unit: str = "C62"
    """UN/ECE Recommendation 20 code (BT-130); C62 is "one"."""
    unit_price: Number = Field(ge=0)
    """Net price of `price_base` units, without tax (BT-146)."""
    price_base: Number = Field(default=Decimal(1), gt=0)
    adjustments: tuple[Adjustment, ...] = ()
    tax_category: TaxCategory | None = None
    tax_rate: Number | None = Field(default=None, ge=0, le=100)
    """Percent. None: the client's, else the seller's default."""
    source_line: int | None = None
    """Line of the file that it came from, counted from 1."""


class Order(Record):
    """One order. Amounts are in `currency`; code computes every total, the source's own are only compared."""

    external_id: str = Field(min_length=1, max_length=200)
    kind: Literal["order", "cancellation", "deposit"] = "order"
    """A deposit is asked for by `fakturo deposit`, never by a source."""
    cancels: str | None = None
    """Of a cancellation: the external id of the order that it takes back, where the source names it."""
    customer: Party
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    ordered_on: date
    po_number: str | None = None
    buyer_reference: str | None = None
    """What the buyer routes the invoice by (BT-10)."""
    contract: str | None = None
    """BT-12."""
    project: str | None = None
    """BT-11."""
    delivered_on: date | None = None
    """BT-72; also the day whose tax holds."""
    deliver_to: Party | None = None
    """BG-13, where it is not the customer."""
    period_first: date | None = None
    """BT-73, of a service that took a while."""
    period_last: date | None = None
    """BT-74."""
    lines: tuple[OrderLine, ...] = Field(min_length=1)
    adjustments: tuple[Adjustment, ...] = ()
    terms_days: int | None = Field(default=None, ge=0, le=365)
    payment_means: Means | None = None
    """How it is paid (BT-81); None: as the customer always does, else by transfer."""
    mandate_id: str | None = Field(default=None, max_length=LONGEST_MANDATE)
    """Of a direct debit (BT-89)."""
    debited_iban: str | None = None
    """The customer's account (BT-91)."""
    card_number: str | None = Field(default=None, pattern=r"^[0-9]{4}$")
    """The last four digits of the card that is charged (BT-87), never more."""
    note: str | None = None
    stated_net: Number | None = None
    """Sum of line nets that the source claims; a difference is a finding."""
    stated_total: Number | None = None
    """Total with tax that the source claims; a difference is a finding."""

    @field_validator("debited_iban")
    @classmethod
    def _account_checks_out(cls, value: str | None) -> str | None:
        return None if value is None else checked_iban(value)

    @model_validator(mode="after")
    def _currency_is_money(self) -> Self:
        exponent(self.currency)
        return self

    @model_validator(mode="after")
    def _period_is_one(self) -> Self:
        first, last = self.period_first, self.period_last
        if (first is None) != (last is None):
            raise ValueError("a period has a first and a last day; one of them is missing")
        if first and last and last < first:
            raise ValueError(f"the period ends on {last}, before it starts on {first}")
        return self


def said_of(problem: Mapping[str, Any]) -> str:
    """What an error of pydantic says, in words for whoever wrote the order; without a full stop."""
    if problem["type"] == "string_pattern_mismatch":
        return WRITTEN.get(str(problem["loc"][-1]), str(problem["msg"]))
    return str(problem["msg"]).removeprefix("Value error, ").rstrip(".")


def mistakes(error: ValidationError) -> list[str]:
    """A sentence for each mistake in an order; lines are counted from 1."""
    found = error.errors()
    # a line that is wrong makes the list of lines too short as well
    told = [each for each in found if each["type"] != "too_short"] or found
    return [f"{_place(each['loc'])}: {said_of(each)}." for each in told]


def _place(parts: tuple[int | str, ...]) -> str:
    return ".".join(str(each + 1) if isinstance(each, int) else each for each in parts) or "the order"


def checked_iban(text: str) -> str:
    """An IBAN without spaces.

    Raises:
        ValueError: its check digits or its length are wrong.
    """
    try:
        return str(iban.validate(text, check_country=False))
    except NotValid:
        raise ValueError("an IBAN whose check digits are right") from None


def content(order: Order) -> str:
    """Canonical JSON of an order: fixed key order, defaults left out, numbers in plain form."""
    return order.model_dump_json(exclude_defaults=True)


def identity(order: Order) -> str:
    """SHA-256, hex, of what was asked for: the canonical JSON without where in its file each line stood.

    The same order in another file, or further down in the same one, is the same order.
    """
    meaning = order.model_dump_json(exclude_defaults=True, exclude=_PLACE)
    return hashlib.sha256(meaning.encode()).hexdigest()


_PLACE = {"lines": {"__all__": {"source_line"}}}
