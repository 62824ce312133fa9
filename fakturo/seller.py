"""The seller's profile: who issues the invoices, and what holds where order and client are silent."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from stdnum.eu import at_02

from fakturo.errors import BadInput
from fakturo.languages import LanguageCode
from fakturo.money import exponent
from fakturo.order import TaxCategory, checked_iban
from fakturo.trade import EarlyPayment

SAMPLE_SELLER = "Sample Wholesale Ltd"
"""Name of the built-in seller. Documents issued under it are marked as specimens."""


class Seller(BaseModel):
    """Who issues the invoices (BG-4), and the defaults that hold where order and client are silent."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    name: str = SAMPLE_SELLER
    street: str = "1 Market Lane"
    city: str = "London"
    postcode: str = "EC1A 1AA"
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "GB"
    vat_id: str | None = "GB999999973"
    tax_number: str | None = None
    """Of the tax office (BT-32), of a seller without a VAT id."""
    legal_id: str | None = None
    """Number in the register of companies (BT-30)."""
    legal_id_scheme: str | None = None
    """Of that register, ISO 6523: 0002 SIRENE, 0106 KVK (BT-30-1)."""
    endpoint: str | None = None
    """Electronic address (BT-34), such as a GLN; the e-mail address where none is set."""
    endpoint_scheme: str | None = None
    """Of the EAS list: 0088 GLN, 9930 German VAT id."""
    contact: str | None = None
    """Person or department to ask (BT-41)."""
    email: str | None = "billing@example.com"
    phone: str | None = None
    website: str | None = None
    iban: str | None = "GB33BUKB20201555555555"
    bic: str | None = None
    bank: str | None = None
    creditor_id: str | None = None
    """SEPA creditor identifier (BT-90), which direct debits in EUR need."""
    payee_name: str | None = None
    """Who is paid in the seller's place, such as a factor (BT-59); `iban` is its account then."""
    payee_id: str | None = None
    """BT-60."""
    payee_legal_id: str | None = None
    """Number in the register of companies (BT-61)."""
    logo: Path | None = None
    language: LanguageCode = "en"
    currency: str = "GBP"
    """Of an order that names none."""
    accounting_currency: str | None = None
    """In which the seller's tax office counts (BT-6): an invoice in another one tells its tax in both."""
    exchange_rates: Path | None = None
    """CSV file of rates that the seller keeps: date, base, currency, rate, source. See docs/taxes.md."""
    tax_category: TaxCategory = "S"
    tax_rate: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(20)
    """Percent, where neither line nor client says."""
    supplies: Literal["goods", "services", "electronic"] | None = None
    """What is sold: then the tax follows from who buys where, see docs/taxes.md. None: it is tax_category at
    tax_rate wherever the customer is."""
    one_stop_shop: Literal["unknown", "registered", "below_threshold"] = "unknown"
    """Of sales to consumers in other states of the EU."""
    small_business: bool = False
    """Exempt as a small enterprise: no VAT on its invoices."""
    tax_exemption_reason: str | None = None
    """Printed where the category is E, AE, K, G or O (BT-120)."""
    series: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,9}$")] = "INV"
    credit_series: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,9}$")] = "CN"
    """Of credit notes; another than that of invoices."""
    terms_days: Annotated[int, Field(ge=0, le=365)] = 30
    early_payments: tuple[EarlyPayment, ...] = ()
    """Discounts for paying early, as JSON: `[{"days": 14, "percent": "2"}]`."""
    timezone: str = "UTC"
    """Whose midnight starts a day: decides the issue date, and on New Year's Eve the number's year."""

    @field_validator("timezone")
    @classmethod
    def _timezone_exists(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("an IANA time zone such as Europe/Berlin")
        return value

    @field_validator("currency", "accounting_currency")
    @classmethod
    def _currency_is_money(cls, value: str | None) -> str | None:
        try:
            exponent(value or "EUR")
        except BadInput as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("iban")
    @classmethod
    def _iban_checks_out(cls, value: str | None) -> str | None:
        if value is None or not value.strip():
            return None
        return checked_iban(value)

    @field_validator("creditor_id")
    @classmethod
    def _creditor_checks_out(cls, value: str | None) -> str | None:
        if value is None or not value.strip():
            return None
        if not at_02.is_valid(value):
            raise ValueError("a SEPA creditor identifier whose check digits are right")
        return str(at_02.compact(value))

    @model_validator(mode="after")
    def _payee_has_an_account(self) -> Self:
        if self.payee_name and not self.iban:
            raise ValueError("payee_name needs the payee's account in iban")
        if (self.payee_id or self.payee_legal_id) and not self.payee_name:
            raise ValueError("payee_id and payee_legal_id need a payee_name")
        if self.payee_name == self.name:
            raise ValueError("payee_name is the seller itself; leave it out (BR-17)")
        return self

    @property
    def is_sample(self) -> bool:
        """Whether nobody has set up a seller yet."""
        return self.name == SAMPLE_SELLER
