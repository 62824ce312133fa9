"""What EN 16931 demands beside a tax category: VAT ids, an exemption reason, a delivery; in plain words.

One function over what the document says, so that it can be asked before an invoice is built and after.
Source: EN 16931-1 rules BR-S-02, BR-AE-02 and siblings (-03 and -04 say the same of allowances and
charges), BR-S-10 and siblings, BR-IC-11, BR-IC-12, BR-O-11 to BR-O-14, BR-CO-26; Directive 2006/112/EC art.
226.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from fakturo.finding import Finding
from fakturo.order import TaxCategory
from fakturo.taxation.codes import MEANINGS, NEEDS_REASON, RULE_PREFIX, exemption_codes

_NEEDS_VAT_ID: frozenset[TaxCategory] = frozenset({"K", "G"})
"""Here a tax number (BT-32) is not enough."""


class Reason(NamedTuple):
    """Why a group bears no tax: words (BT-120), a VATEX code (BT-121), or both."""

    text: str | None = None
    code: str | None = None


class Stated(NamedTuple):
    """What a document states of its parties and its delivery."""

    seller_vat_id: str | None = None
    """BT-31."""
    seller_tax_number: str | None = None
    """BT-32."""
    seller_registration: str | None = None
    """BT-30, or another identifier of the seller (BT-29)."""
    buyer_vat_id: str | None = None
    """BT-48."""
    buyer_registration: str | None = None
    """BT-47."""
    delivery_country: str | None = None
    """BT-80."""
    delivery_date: date | None = None
    """BT-72."""
    has_invoicing_period: bool = False
    """BG-14."""


def missing(groups: Mapping[TaxCategory, Reason], stated: Stated) -> list[Finding]:
    """Everything that the categories of a document demand and it does not state, or forbid and it states.

    Args:
        groups: every category of lines, allowances and charges, with the reason of its group.
        stated: what the document says beside.
    """
    found = [finding for category in groups for finding in _parties(category, stated)]
    found += [finding for category, reason in groups.items() for finding in _reasons(category, reason)]
    if "K" in groups:
        found += _delivery(stated)
    if "O" in groups and len(groups) > 1:
        others = ", ".join(sorted(set(groups) - {"O"}))
        found.append(
            _finding(
                "category_o_not_alone",
                f"Category O stands beside {others}; make two invoices",
                "BR-O-11 to BR-O-14",
            )
        )
    return found


def _parties(category: TaxCategory, stated: Stated) -> Iterator[Finding]:
    rule = f"{RULE_PREFIX[category]}-02"
    kind = f"Category {category} ({MEANINGS[category]})"
    if category == "O":
        if stated.seller_vat_id or stated.buyer_vat_id:
            message = f"{kind} forbids the VAT ids of seller and buyer in the file; leave them out there"
            yield _finding("vat_id_not_allowed", message, rule)
        if not stated.seller_registration:
            message = f"{kind} leaves the seller without an identifier; give its registration number (BT-30)"
            yield _finding("seller_registration_missing", message, "BR-CO-26")
        return
    if category in _NEEDS_VAT_ID and not stated.seller_vat_id:
        message = f"{kind} needs the seller's VAT id; set FAKTURO_SELLER_VAT_ID"
        yield _finding("seller_vat_id_missing", message, rule)
    elif not (stated.seller_vat_id or stated.seller_tax_number):
        message = f"{kind} needs the seller's VAT id or tax number; set FAKTURO_SELLER_VAT_ID"
        yield _finding("seller_vat_id_missing", message, rule)
    if category == "K" and not stated.buyer_vat_id:
        yield _finding("buyer_vat_id_missing", f"{kind} needs the buyer's VAT id; ask for it", rule)
    if category == "AE" and not (stated.buyer_vat_id or stated.buyer_registration):
        message = f"{kind} needs the buyer's VAT id or registration number; ask for it"
        yield _finding("buyer_vat_id_missing", message, rule)


def _reasons(category: TaxCategory, reason: Reason) -> Iterator[Finding]:
    rule = f"{RULE_PREFIX[category]}-10"
    kind = f"Category {category} ({MEANINGS[category]})"
    is_given = bool(reason.text or reason.code)
    if category in NEEDS_REASON and not is_given:
        message = f"{kind} needs a reason or its code; set FAKTURO_SELLER_TAX_EXEMPTION_REASON"
        yield _finding("exemption_reason_missing", message, rule)
    if category not in NEEDS_REASON and is_given:
        yield _finding("exemption_reason_not_allowed", f"{kind} must not give a reason of exemption", rule)
    known = exemption_codes().get((reason.code or "").upper())
    if known and category in NEEDS_REASON and known.category != category:
        message = f"The code {known.code} ({known.basis}) is of category {known.category}, not {category}"
        yield _finding("exemption_code_of_another_category", message, "Peppol P0104 to P0111")


def _delivery(stated: Stated) -> Iterator[Finding]:
    if stated.delivery_date is None and not stated.has_invoicing_period:
        message = "Category K (intra-Community supply) needs the day of delivery or the period invoiced"
        yield _finding("delivery_date_missing", message, "BR-IC-11")
    if not stated.delivery_country:
        message = "Category K (intra-Community supply) needs the country that the goods are delivered to"
        yield _finding("delivery_country_missing", message, "BR-IC-12")


def _finding(code: str, message: str, rule: str) -> Finding:
    return Finding(code=code, message=f"{message} ({rule}).", place="tax")
