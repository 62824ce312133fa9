"""An invoice as the business terms of EN 16931: a dict of BT and BG keys, values as they stand in the XML.

The keys are those of `factur-x` 7.8, which writes CII and UBL from them; its release is pinned because they
change. A value that is not known is left out: the standard has no empty elements.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from stdnum import iban

from fakturo.einvoice.writing.outside_scope import without_vat_id
from fakturo.invoice import DocumentAdjustment, Invoice, InvoiceLine, TaxGroup
from fakturo.money import exponent, plain, to_major, to_minor
from fakturo.order import Adjustment, Party, TaxCategory
from fakturo.trade import SellerParty

Terms = dict[str, Any]

SPECIFICATION = "urn:cen.eu:en16931:2017"
"""BT-24 of the plain standard."""
TYPE_CODES = {"invoice": "380", "credit_note": "381"}
"""BT-3, UNTDID 1001."""
DEPOSIT = "386"
SEPA_TRANSFER, TRANSFER = "58", "30"
GTIN = "0160"
E_MAIL = "EM"
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""What XML 1.0 cannot say (section 2.2): control characters, halves of surrogate pairs."""
LONGEST_CARD_NUMBER = 10
"""BR-51."""
TWO_DECIMALS = 2
"""BR-DEC-01 and its siblings allow no more in any amount."""


def hindrance(invoice: Invoice) -> str | None:
    """Why no e-invoice can be written of an invoice at all, in one sentence; None: nothing hinders it."""
    currencies = {invoice.currency, *([invoice.accounting_tax.currency] if invoice.accounting_tax else [])}
    for currency in sorted(currencies):
        if exponent(currency) > TWO_DECIMALS:
            return (
                f"Amounts in {currency} have {exponent(currency)} decimals and EN 16931 allows two (BR-DEC), "
                "so this document has no e-invoice; the PDF alone is the invoice."
            )
    return None


def terms(invoice: Invoice) -> Terms:
    """Every business term of an invoice that is known.

    Args:
        invoice: issued, or with a number that stands in for the one it will get.
    """

    def money(minor: int) -> str:
        return amount(minor, invoice.currency)

    is_claim = invoice.kind == "invoice"
    found: Terms = {
        "BT-1": invoice.number,
        "BT-2": invoice.issue_date,
        "BT-3": DEPOSIT if invoice.is_deposit else TYPE_CODES[invoice.kind],
        "BT-5": invoice.currency,
        "BT-7": invoice.tax_point_date,
        "BT-9": invoice.due_date if is_claim else None,
        "BT-10": invoice.buyer_reference,
        "BT-11": invoice.project,
        "BT-12": invoice.contract,
        "BT-13": invoice.po_number,
        "BT-14": invoice.order_id,
        "BT-20": _payment_terms(invoice),
        "BT-24": SPECIFICATION,
        "BG-1": [{"BT-22": invoice.note}],
        "BG-3": [_known({"BT-25": each.number, "BT-26": each.issue_date}) for each in invoice.preceding],
        "BG-4": without_vat_id(_seller(invoice.seller), invoice),
        "BG-7": without_vat_id(_party(invoice.buyer), invoice),
        "BG-10": _known(
            {
                "name": invoice.payee.name,
                "identifiers": {None: invoice.payee.id},
                "legal_identifier": invoice.payee.legal_id,
            }
        )
        if invoice.payee
        else None,
        "BG-20": [_document_adjustment(each, money) for each in _of("allowance", invoice.adjustments)],
        "BG-21": [_document_adjustment(each, money) for each in _of("charge", invoice.adjustments)],
        "BG-23": [_tax_group(group, money, invoice.tax_point_date) for group in invoice.tax_groups],
        "BG-25": [_line(line, invoice.currency) for line in invoice.lines],
        "BT-106": money(invoice.line_net_minor),
        "BT-107": money(invoice.allowance_minor) if _of("allowance", invoice.adjustments) else None,
        "BT-108": money(invoice.charge_minor) if _of("charge", invoice.adjustments) else None,
        "BT-109": money(invoice.net_minor),
        "BT-110": money(invoice.tax_minor),
        "BT-112": money(invoice.total_minor),
        "BT-113": money(invoice.prepaid_minor) if invoice.prepaid_minor else None,
        "BT-114": money(invoice.rounding_minor) if invoice.rounding_minor else None,
        "BT-115": money(invoice.due_minor),
        **_delivery(invoice),
        **(_payment(invoice) if is_claim else {}),
    }
    if invoice.accounting_tax:
        found["BT-6"] = invoice.accounting_tax.currency
        found["BT-111"] = amount(invoice.accounting_tax.tax_minor, invoice.accounting_tax.currency)
    return _known(found)


def amount(minor: int, currency: str) -> str:
    """Minor units as an amount of the standard: 123450 EUR -> '1234.50', 1234 JPY -> '1234'."""
    return f"{to_major(minor, currency):f}"


def percent(category: TaxCategory, rate: Any) -> str | None:
    """A rate as it stands in the XML; category O ("outside scope") has none (BR-O-05)."""
    return None if category == "O" else plain(rate)


def buyer_name(buyer: Party) -> str:
    """BT-44; a customer of whom only the account is known is called by it, as on the printed page."""
    return buyer.name or f"Customer account {buyer.id}"


def _known(found: Terms) -> Terms:
    """Without what XML cannot say, at any depth, and without what says nothing then."""
    clean = {key: _clean(value) for key, value in found.items()}
    return {key: value for key, value in clean.items() if value not in (None, "", [], {})}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _NOT_XML.sub("", value).strip()
    if isinstance(value, dict):
        return _known(value)
    if isinstance(value, list):
        return [each for each in map(_clean, value) if each not in ("", {})]
    return value


def _of(kind: str, adjustments: Iterable[Any]) -> list[Any]:
    return [each for each in adjustments if each.kind == kind]


def _seller(seller: SellerParty) -> Terms:
    return _known(
        {
            "name": seller.name,
            "addr_l1": seller.street,
            "city": seller.city,
            "postcode": seller.postcode,
            "country_code": seller.country,
            "vat_identifier": seller.vat_id,
            "tax_identifier": seller.tax_number,
            "legal_identifier": seller.legal_id,
            "legal_identifier_schemeid": seller.legal_id_scheme,
            "contacts": [
                _known({"name": seller.contact or seller.name, "phone": seller.phone, "email": seller.email})
            ]
            if seller.email or seller.phone
            else None,
            **_endpoint(seller.endpoint, seller.endpoint_scheme, seller.email),
        }
    )


def _party(party: Party) -> Terms:
    return _known(
        {
            "name": buyer_name(party),
            "identifiers": {None: party.id},
            "addr_l1": party.street,
            "city": party.city,
            "postcode": party.postcode,
            "country_code": party.country,
            "vat_identifier": party.vat_id,
            "legal_identifier": party.legal_id,
            **_endpoint(party.endpoint, party.endpoint_scheme, party.email),
        }
    )


def _endpoint(address: str | None, scheme: str | None, e_mail: str | None) -> Terms:
    """Electronic address (BT-34, BT-49) with its scheme, which BR-62 and BR-63 ask for."""
    if address and scheme:
        return {"einvoicing_addr": address, "einvoicing_addr_schemeid": scheme}
    if e_mail:
        return {"einvoicing_addr": e_mail, "einvoicing_addr_schemeid": E_MAIL}
    return {}


def _delivery(invoice: Invoice) -> Terms:
    found: Terms = {}
    if invoice.delivery:
        found["BT-72"] = invoice.delivery.delivered_on
        if invoice.delivery.to:
            place = _party(invoice.delivery.to)
            kept = ("name", "identifiers", "addr_l1", "city", "postcode", "country_code")
            found["BG-13"] = {key: place[key] for key in kept if key in place}
    if invoice.period:
        found |= {"BT-73": invoice.period.first, "BT-74": invoice.period.last}
    return found


def _payment(invoice: Invoice) -> Terms:
    """BG-16 to BG-19; without anything said, a transfer to the seller's account."""
    seller, means = invoice.seller, invoice.payment
    if means is None:
        if not seller.iban or seller.specimen:
            return {}
        is_sepa = invoice.currency == "EUR" and iban.is_valid(seller.iban)
        return {
            "BT-81": SEPA_TRANSFER if is_sepa else TRANSFER,
            "BT-83": invoice.number,
            "BT-84": seller.iban,
            "BT-85": invoice.payee.name if invoice.payee else seller.name,
            "BT-86": seller.bic,
        }
    return {
        "BT-81": means.code,
        "BT-83": invoice.number,
        "BT-84": means.iban,
        "BT-85": means.account_name,
        "BT-86": means.bic,
        "BT-87": _card_number(means.card_number),
        "BT-87-1": "unknown" if means.card_number else None,
        "BT-88": means.card_holder,
        "BT-89": means.mandate_id,
        "BT-90": means.creditor_id,
        "BT-91": means.debited_iban,
    }


def _card_number(masked: str | None) -> str | None:
    """BT-87; a longer one than BR-51 allows, masked or not, is told by its last four digits."""
    return masked[-4:] if masked and len(masked) > LONGEST_CARD_NUMBER else masked


def _payment_terms(invoice: Invoice) -> str | None:
    """BT-20; early payment as XRechnung writes it, which its readers act on."""
    if invoice.kind == "credit_note":
        return "Credited to the customer's account."
    return "".join(
        f"#SKONTO#TAGE={each.days}#PROZENT={each.percent:.2f}#\n" for each in invoice.early_payments
    )


def _tax_group(group: TaxGroup, money: Any, tax_point: date) -> Terms:
    return _known(
        {
            "BT-7": tax_point,  # CII has it in every group
            "BT-116": money(group.taxable_minor),
            "BT-117": money(group.tax_minor),
            "BT-118": group.category,
            "BT-119": percent(group.category, group.rate),
            "BT-120": group.exemption_reason,
            "BT-121": group.exemption_code,
        }
    )


def _document_adjustment(each: DocumentAdjustment, money: Any) -> Terms:
    return _known(
        {
            "amount": money(each.amount_minor),
            "reason": each.reason,
            "vat_category_code": each.tax_category,
            "vat_rate": percent(each.tax_category, each.tax_rate),
        }
    )


def _line(line: InvoiceLine, currency: str) -> Terms:
    def adjustment(each: Adjustment) -> Terms:
        return {"amount": amount(to_minor(each.amount, currency), currency), "reason": each.reason}

    return _known(
        {
            "BT-126": str(line.no),
            "BT-127-00": [{"BT-127": line.note}],
            "BT-129": plain(line.quantity),
            "BT-130": line.unit,
            "BT-131": amount(line.net_minor, currency),
            "BT-132": line.order_line,
            "BT-134": line.period.first if line.period else None,
            "BT-135": line.period.last if line.period else None,
            "BT-146": plain(line.unit_price),
            "BT-149": None if line.price_base == 1 else plain(line.price_base),
            "BT-151": line.tax_category,
            "BT-152": percent(line.tax_category, line.tax_rate),
            "BT-153": line.name,
            "BT-155": line.code,
            "BT-156": line.buyer_code,
            "BT-157": line.gtin,
            "BT-157-1": GTIN if line.gtin else None,
            "BG-27": [adjustment(each) for each in _of("allowance", line.adjustments)],
            "BG-28": [adjustment(each) for each in _of("charge", line.adjustments)],
        }
    )
