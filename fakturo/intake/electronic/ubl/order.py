"""UBL 2.1 Order (Peppol BIS Ordering 3) -> an order, or an order that a person must see.

Whatever may change what is owed and is not read here is a finding: an order is issued only when every such
element of it was understood. Source: OASIS UBL 2.1; Peppol BIS Ordering 3 (T01).
"""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from fakturo.errors import BadInput
from fakturo.intake.electronic.order_made import made, told
from fakturo.intake.electronic.ubl.checks import check
from fakturo.intake.electronic.ubl.paths import find, find_all, text_of
from fakturo.intake.electronic.xml import Node
from fakturo.ledger.landing.arrivals import Landing, Refused
from fakturo.seller import Seller

ORDER = "{urn:oasis:names:specification:ubl:schema:xsd:Order-2}Order"


def read_order(root: Node, data: bytes, *, seller: Seller) -> Landing | Refused:
    """One UBL order; refused with all reasons where it cannot be made into an order at all.

    Raises:
        BadInput: not an Order.
    """
    if root.tag != ORDER:
        name = etree.QName(root).localname
        raise BadInput(
            f"This XML is a {name!r}; read are orders (UBL 2.1, Order-X) and invoices (UBL 2.1, CII)."
        )
    return made(_record(root), root, data, lambda order: check(root, order, seller))


def _record(root: Node) -> dict[str, Any]:
    currency = text_of(root, "DocumentCurrencyCode") or text_of(root, "PricingCurrencyCode")
    party = find(root, "BuyerCustomerParty/Party")
    customer = _party(party) if party is not None else {}
    po_number = text_of(root, "ID")
    items = [find(line, "LineItem") for line in find_all(root, "OrderLine")]
    total = find(root, "AnticipatedMonetaryTotal")
    return told(
        external_id=f"{customer.get('id', '')}/{po_number}" if po_number else None,
        customer=customer,
        currency=currency,
        ordered_on=text_of(root, "IssueDate"),
        po_number=po_number,
        buyer_reference=text_of(root, "CustomerReference"),
        contract=text_of(root, "Contract/ID"),
        lines=[_line(no, item) for no, item in enumerate(items, start=1) if item is not None],
        adjustments=list(_adjustments(root, with_tax=True)),
        stated_net=text_of(total, "LineExtensionAmount"),
        stated_total=text_of(total, "TaxInclusiveAmount") or text_of(total, "PayableAmount"),
    )


def _party(party: Node) -> dict[str, Any]:
    legal = find(party, "PartyLegalEntity")
    address = find(party, "PostalAddress")
    if address is None:
        address = find(legal, "RegistrationAddress")
    tax_id = next(
        (text_of(each, "CompanyID") for each in find_all(party, "PartyTaxScheme") if _is_vat(each)), None
    )
    street = [text_of(address, "StreetName"), text_of(address, "AdditionalStreetName")]
    country = text_of(address, "Country/IdentificationCode")
    return told(
        id=text_of(party, "PartyIdentification/ID")
        or text_of(party, "EndpointID")
        or tax_id
        or text_of(legal, "CompanyID"),
        name=text_of(party, "PartyName/Name") or text_of(legal, "RegistrationName"),
        street=", ".join(each for each in street if each) or None,
        city=text_of(address, "CityName"),
        postcode=text_of(address, "PostalZone"),
        country=country.upper() if country else None,
        vat_id=tax_id,
        email=text_of(party, "Contact/ElectronicMail"),
    )


def _line(no: int, item: Node) -> dict[str, Any]:
    thing = find(item, "Item")
    code = (
        text_of(thing, "SellersItemIdentification/ID")
        or text_of(thing, "StandardItemIdentification/ID")
        or text_of(thing, "BuyersItemIdentification/ID")
    )
    quantity = find(item, "Quantity")
    return told(
        no=no,
        code=code,
        buyer_code=text_of(thing, "BuyersItemIdentification/ID"),
        order_line=text_of(item, "ID"),
        name=text_of(thing, "Name") or text_of(thing, "Description"),
        quantity=text_of(item, "Quantity"),
        unit=quantity.get("unitCode") if quantity is not None else None,
        unit_price=text_of(item, "Price/PriceAmount"),
        price_base=text_of(item, "Price/BaseQuantity"),
        adjustments=list(_adjustments(item, with_tax=False)),
        tax_category=text_of(thing, "ClassifiedTaxCategory/ID"),
        tax_rate=text_of(thing, "ClassifiedTaxCategory/Percent"),
        source_line=item.sourceline,
    )


def _adjustments(parent: Node, *, with_tax: bool) -> Iterator[dict[str, Any]]:
    for each in find_all(parent, "AllowanceCharge"):
        indicator = text_of(each, "ChargeIndicator")
        yield told(
            kind={"true": "charge", "1": "charge", "false": "allowance", "0": "allowance"}.get(
                indicator or ""
            ),
            amount=text_of(each, "Amount"),
            reason=text_of(each, "AllowanceChargeReason"),
            tax_category=text_of(each, "TaxCategory/ID") if with_tax else None,
            tax_rate=text_of(each, "TaxCategory/Percent") if with_tax else None,
        )


def _is_vat(scheme: Node) -> bool:
    return (text_of(scheme, "TaxScheme/ID") or "").upper() == "VAT"
