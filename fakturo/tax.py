"""Which tax a line bears, and how much tax a document bears: per (category, rate) group, on the group's sum.

Source: EN 16931-1, BG-23 VAT breakdown; rules BR-CO-17 (tax = taxable x rate / 100, rounded),
BR-S-08 and its siblings (taxable = line nets - allowances + charges of the group), BR-S-05 (a standard
rate is above 0), BR-Z-05 .. BR-O-05 (all other categories bear 0).
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple, get_args

from fakturo.exemptions import by_law
from fakturo.finding import Finding
from fakturo.invoice import DocumentAdjustment, InvoiceLine, TaxGroup
from fakturo.order import Means, TaxCategory
from fakturo.seller import Seller

CATEGORIES: tuple[str, ...] = get_args(TaxCategory)
WITH_RATE = frozenset({"S", "L", "M"})
"""Categories that may bear tax; the others bear 0 by definition."""


EXEMPTION_CODES = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}
"""BT-121 of a seller in the EU: the code that says the same as the words (CEF VATEX list)."""
EU = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
     "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK")
)  # fmt: skip


class Tax(NamedTuple):
    """What one line or document adjustment bears."""

    category: TaxCategory
    rate: Decimal
    """Percent."""


class Client(NamedTuple):
    """What the ledger knows about a client: tax, terms and payment that hold where the order is silent."""

    tax_category: TaxCategory | None = None
    tax_rate: Decimal | None = None
    terms_days: int | None = None
    payment_means: Means | None = None
    mandate_id: str | None = None
    """Of its direct debits (BT-89)."""
    debited_iban: str | None = None


def determine(
    category: TaxCategory | None,
    rate: Decimal | None,
    client: Client,
    seller: Seller,
    by_place: Tax | None = None,
) -> Tax | None:
    """Category and rate of a line: its own, else the client's, else the place's, else the seller's.

    Args:
        by_place: what follows from who supplies whom where, if anything.

    Returns:
        None when the source says 0 % without a category: zero-rated, exempt and reverse charge all
        read "0 %", and the law tells them apart.
    """
    if category is None and rate is None:
        if client.tax_category is not None or client.tax_rate is not None:
            return determine(client.tax_category, client.tax_rate, Client(), seller)
        return by_place or Tax(
            seller.tax_category, seller.tax_rate if seller.tax_category in WITH_RATE else Decimal(0)
        )
    if category is None:
        return Tax("S", rate) if rate else None
    if rate is None:
        if category not in WITH_RATE:
            return Tax(category, Decimal(0))
        default = client.tax_rate if client.tax_category in {None, category} else None
        return Tax(category, seller.tax_rate if default is None else default)
    return Tax(category, rate)


def unlawful(tax: Tax, place: str) -> Finding | None:
    """Why a category and a rate cannot go together, or None."""
    if tax.category == "S" and tax.rate <= 0:
        message = (
            f"Tax category S (standard) has rate {tax.rate} %; it must be above 0, or the category Z, E or O."
        )
        return Finding(code="tax_rate_missing", message=message, place=place)
    if tax.category not in WITH_RATE and tax.rate != 0:
        message = f"Tax category {tax.category} has rate {tax.rate} %; it must be 0, or the category S."
        return Finding(code="tax_rate_not_allowed", message=message, place=place)
    return None


def exemption_reason(category: TaxCategory, seller: Seller) -> str | None:
    """The words that the document must print for a group without tax; None where none are needed or known."""
    if category in WITH_RATE or category == "Z":
        return None
    return seller.tax_exemption_reason or by_law(category, seller.language, seller.country)


def groups(
    lines: Iterable[InvoiceLine], adjustments: Iterable[DocumentAdjustment], seller: Seller
) -> tuple[TaxGroup, ...]:
    """The tax breakdown, highest rate first.

    Returns:
        One TaxGroup for each (category, rate), amounts in minor units of the document's currency.
    """
    sums: dict[tuple[TaxCategory, Decimal], int] = {}
    for line in lines:
        key = (line.tax_category, line.tax_rate)
        sums[key] = sums.get(key, 0) + line.net_minor
    for adjustment in adjustments:
        key = (adjustment.tax_category, adjustment.tax_rate)
        sign = -1 if adjustment.kind == "allowance" else 1
        sums[key] = sums.get(key, 0) + sign * adjustment.amount_minor
    return tuple(
        TaxGroup(
            category=category,
            rate=rate,
            taxable_minor=taxable,
            tax_minor=tax_on(taxable, rate),
            exemption_reason=exemption_reason(category, seller),
            exemption_code=EXEMPTION_CODES.get(category) if seller.country in EU else None,
        )
        for (category, rate), taxable in sorted(sums.items(), key=lambda item: (-item[0][1], item[0][0]))
    )


def tax_on(taxable_minor: int, rate: Decimal) -> int:
    """Tax of a group in minor units, rounded half away from zero: 1050 at 7 % -> 74 (73.5)."""
    return int((taxable_minor * rate / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
