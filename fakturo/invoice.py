"""An invoice as it is issued: the record that is hashed, stored, rendered and never changed.

Amounts are integer minor units of `currency`; prices and quantities are exact decimals. Names follow
EN 16931 (BT numbers in the docstrings).
"""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Literal

from fakturo.order import Adjustment, Number, Party, Record, TaxCategory


class SellerParty(Record):
    """The seller as it was on the day of issue (BG-4), with where to pay (BG-17)."""

    name: str
    street: str
    city: str
    postcode: str
    country: str
    vat_id: str | None = None
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    iban: str | None = None
    bic: str | None = None
    bank: str | None = None
    specimen: bool = False
    """True while the built-in sample seller is in use; printed on the document."""


class InvoiceLine(Record):
    """One line (BG-25)."""

    no: int
    code: str | None = None
    name: str
    quantity: Number
    """BT-129."""
    unit: str = "C62"
    unit_price: Number
    """BT-146, net, per `price_base` units."""
    price_base: Number = Decimal(1)
    """BT-149."""
    adjustments: tuple[Adjustment, ...] = ()
    """Line allowances and charges (BG-27, BG-28)."""
    net_minor: int
    """BT-131 = round(quantity x unit_price / price_base) - allowances + charges."""
    tax_category: TaxCategory
    """BT-151."""
    tax_rate: Number
    """BT-152, percent."""


class DocumentAdjustment(Record):
    """Document-level allowance or charge (BG-20, BG-21)."""

    kind: Literal["allowance", "charge"]
    amount_minor: int
    reason: str
    tax_category: TaxCategory
    tax_rate: Number


class TaxGroup(Record):
    """One row of the tax breakdown (BG-23): tax is computed on the group's sum, never per line."""

    category: TaxCategory
    rate: Number
    taxable_minor: int
    """BT-116."""
    tax_minor: int
    """BT-117 = round(taxable x rate / 100)."""
    exemption_reason: str | None = None
    """BT-120."""


class Invoice(Record):
    """A whole invoice. `number` is None until it is issued."""

    number: str | None = None
    """BT-1."""
    kind: Literal["invoice", "credit_note"] = "invoice"
    order_id: str
    """The order's external id (BT-14 sales order reference)."""
    po_number: str | None = None
    """BT-13."""
    issue_date: date
    """BT-2."""
    due_date: date
    """BT-9."""
    tax_point_date: date
    """BT-7: the day of the order until deliveries are known."""
    terms_days: int
    language: Literal["en", "de"] = "en"
    currency: str
    """BT-5."""
    seller: SellerParty
    buyer: Party
    lines: tuple[InvoiceLine, ...]
    adjustments: tuple[DocumentAdjustment, ...] = ()
    tax_groups: tuple[TaxGroup, ...]
    line_net_minor: int
    """BT-106, sum of line nets."""
    allowance_minor: int = 0
    """BT-107."""
    charge_minor: int = 0
    """BT-108."""
    net_minor: int
    """BT-109 = BT-106 - BT-107 + BT-108."""
    tax_minor: int
    """BT-110, sum of the groups' tax."""
    total_minor: int
    """BT-112 = BT-115: total with tax, the amount due."""
    note: str | None = None
    """BT-22."""


def content(invoice: Invoice) -> str:
    """Canonical JSON of an invoice: fixed key order, defaults left out, numbers in plain form."""
    return invoice.model_dump_json(exclude_defaults=True)


def content_sha256(text: str) -> str:
    """SHA-256, hex, of the canonical JSON as stored."""
    return hashlib.sha256(text.encode()).hexdigest()
