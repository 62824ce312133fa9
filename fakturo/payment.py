"""Money that moved: a payment, refund or chargeback as the bank tells it, before it settles anything.

Terms follow ISO 20022 camt.053: account servicer reference, value date, remittance information, charges.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from fakturo.errors import BadInput
from fakturo.money import exponent, plain, to_major, to_minor
from fakturo.order import Record

Kind = Literal["payment", "refund", "chargeback"]
MOST_MINOR = 10**15
"""Ten trillion of a currency with cents: beyond, an amount is a slip of the file."""
_LONGEST_REFERENCE = 200


class PaymentRecord(Record):
    """What one row of `payments` says; amounts are in minor units of `currency`."""

    source: str = Field(min_length=1, max_length=120)
    """Whose references these are: an account (IBAN), a processor."""
    reference: str = Field(default="", max_length=_LONGEST_REFERENCE)
    """Empty until `with_references` makes one."""
    kind: Kind
    currency: str
    amount_minor: int = Field(ge=-MOST_MINOR, le=MOST_MINOR)
    """Money in > 0, money out < 0, before `fee_minor`: what was booked is the amount less the fee."""
    fee_minor: int = Field(default=0, ge=-MOST_MINOR, le=MOST_MINOR)
    value_date: date
    payer: str | None = None
    payer_account: str | None = Field(default=None, max_length=64)
    customer_id: str | None = Field(default=None, max_length=120)
    """As the source states it, never guessed."""
    remittance: str = ""
    invoice_refs: tuple[str, ...] = ()
    reverses: str | None = Field(default=None, max_length=_LONGEST_REFERENCE)
    details: dict[str, str] = Field(default_factory=dict)
    """What else the source says of the payment itself (end-to-end id, bank's code), never of its file."""

    @field_validator("currency")
    @classmethod
    def _is_money(cls, value: str) -> str:
        try:
            exponent(value)
        except BadInput as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("payer", "payer_account", "customer_id", "remittance", "reference", "reverses")
    @classmethod
    def _without_nul(cls, value: str | None) -> str | None:
        return value.replace("\x00", "␀") if value else value  # PostgreSQL keeps no NUL in a text

    @model_validator(mode="after")
    def _kind_gives_the_sign(self) -> Self:
        if (self.kind == "payment") != (self.amount_minor > 0):
            raise ValueError(
                f"amount {plain(to_major(self.amount_minor, self.currency))} does not fit its kind: a "
                "payment is above 0, a refund or chargeback below"
            )
        return self

    @property
    def content(self) -> str:
        """Canonical JSON; equal payments give equal texts, from whatever file."""
        return self.model_dump_json(exclude_defaults=True)


class Arrived(NamedTuple):
    """A payment and the line of its file, counted from 1."""

    record: PaymentRecord
    line: int


def with_references(arrived: Sequence[Arrived]) -> list[Arrived]:
    """Give each payment that came without one a reference made of its content.

    The reference is the day, a hash of everything that was told, and the ordinal among equal payments of the
    same file: the same file again, in another order, or cut between days gives the same references.
    """
    seen: dict[str, int] = {}
    named: list[Arrived] = []
    for each in arrived:
        if each.record.reference:
            named.append(each)
            continue
        content = each.record.content
        seen[content] = seen.get(content, 0) + 1
        digest = hashlib.sha256(content.encode()).hexdigest()[:32]
        reference = f"made:{each.record.value_date}:{digest}:{seen[content]}"
        named.append(each._replace(record=each.record.model_copy(update={"reference": reference})))
    return named


def minor_units(amount: Decimal, currency: str) -> int:
    """Minor units of an amount, exactly.

    Raises:
        BadInput: no currency of ISO 4217, or more decimals than the currency has; a bank books no half cents.
    """
    digits = exponent(currency)
    if not amount.is_finite() or abs(amount) > MOST_MINOR:
        raise BadInput(f"The amount {amount} {currency} is larger than any payment.")
    minor = to_minor(amount, currency)
    if to_major(minor, currency) != amount:
        raise BadInput(f"The amount {plain(amount)} has more than the {digits} decimals of {currency}.")
    return minor
