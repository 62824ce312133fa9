"""An invoice as it is issued: the record that is hashed, stored, rendered and never changed.

Amounts are integer minor units of `currency`; prices and quantities are exact decimals. Names follow
EN 16931 (BT numbers in the docstrings).
"""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Literal

from fakturo.languages import LanguageCode
from fakturo.order import Adjustment, Number, Party, Record, TaxCategory
from fakturo.trade import (
    AccountingTax,
    Delivery,
    EarlyPayment,
    Payee,
    PaymentMeans,
    Period,
    Preceding,
    SellerParty,
)


class InvoiceLine(Record):
    """One line (BG-25)."""

    no: int
    """BT-126."""
    code: str | None = None
    """BT-155, the seller's identifier of the item."""
    buyer_code: str | None = None
    """BT-156."""
    gtin: str | None = None
    """BT-157, scheme 0160."""
    name: str
    """BT-153."""
    note: str | None = None
    """BT-127."""
    order_line: str | None = None
    """BT-132: the line of the buyer's purchase order."""
    period: Period | None = None
    quantity: Number
    """BT-129."""
    unit: str = "C62"
    """BT-130, of UN/ECE Rec 20."""
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
    deducts: str | None = None
    """Of a line that takes off a deposit: the number of its invoice; the quantity is -1 then."""


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
    exemption_code: str | None = None
    """BT-121, of the VATEX list."""
    determined: str | None = None
    """Why this category, where it follows from the place of supply: the sentence that names the article."""


class Invoice(Record):
    """A whole invoice. `number` is None until it is issued."""

    number: str | None = None
    """BT-1."""
    kind: Literal["invoice", "credit_note"] = "invoice"
    order_id: str
    """The order's external id (BT-14 sales order reference)."""
    po_number: str | None = None
    """BT-13."""
    buyer_reference: str | None = None
    """BT-10: what the buyer routes the document by, such as a German Leitweg-ID."""
    contract: str | None = None
    """BT-12."""
    project: str | None = None
    """BT-11."""
    preceding: tuple[Preceding, ...] = ()
    """BG-3: what a credit note corrects; the deposits of a final invoice."""
    is_deposit: bool = False
    """BT-3 is 386: payment asked for before the supply."""
    issue_date: date
    """BT-2."""
    due_date: date
    """BT-9."""
    tax_point_date: date
    """BT-7: the day of the order until deliveries are known."""
    terms_days: int
    language: LanguageCode = "en"
    currency: str
    """BT-5."""
    seller: SellerParty
    buyer: Party
    payee: Payee | None = None
    delivery: Delivery | None = None
    period: Period | None = None
    """BG-14."""
    payment: PaymentMeans | None = None
    early_payments: tuple[EarlyPayment, ...] = ()
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
    """BT-112 = BT-109 + BT-110: total with tax."""
    prepaid_minor: int = 0
    """BT-113."""
    rounding_minor: int = 0
    """BT-114: what is added so that the amount due can be paid in coins that exist."""
    accounting_tax: AccountingTax | None = None
    """BT-6, BT-111."""
    note: str | None = None
    """BT-22."""

    @property
    def due_minor(self) -> int:
        """BT-115 = BT-112 - BT-113 + BT-114 (BR-CO-16)."""
        return self.total_minor - self.prepaid_minor + self.rounding_minor


def content(invoice: Invoice) -> str:
    """Canonical JSON of an invoice: fixed key order, defaults left out, numbers in plain form."""
    return invoice.model_dump_json(exclude_defaults=True)


def content_sha256(text: str) -> str:
    """SHA-256, hex, of the canonical JSON as stored."""
    return hashlib.sha256(text.encode()).hexdigest()
