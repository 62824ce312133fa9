"""Order-X (CII SCRDMCCBDACIOMessageStructure, D20B) -> an order, or an order that a person must see.

Whatever may change what is owed and is not read here is a finding, as with UBL orders. Source: Order-X 1.0
(FNFE-MPE, FeRD), levels BASIC, COMFORT and EXTENDED.
"""

from collections.abc import Iterator
from typing import Any

from fakturo.einvoice.reading import day_of
from fakturo.einvoice.rules import order_schema_problems
from fakturo.errors import BadInput
from fakturo.intake.electronic.order_made import made, told
from fakturo.intake.electronic.orderx.checks import check
from fakturo.intake.electronic.orderx.paths import find, find_all, text_of
from fakturo.intake.electronic.xml import Node
from fakturo.ledger.landing.arrivals import Landing, Refused
from fakturo.seller import Seller

NAME = "SCRDMCCBDACIOMessageStructure"
_MOST_PROBLEMS = 3


def read_order(root: Node, data: bytes, *, seller: Seller) -> Landing | Refused:
    """One Order-X; refused with all reasons where it cannot be made into an order at all.

    Raises:
        BadInput: the schema of Order-X does not allow it.
    """
    problems = order_schema_problems(root)
    if problems:
        more = f" (and {len(problems) - _MOST_PROBLEMS} more)" if len(problems) > _MOST_PROBLEMS else ""
        said = " ".join(problems[:_MOST_PROBLEMS])
        raise BadInput(f"The schema of Order-X does not allow this order: {said}{more} Ask for a new one.")
    return made(_record(root), root, data, lambda order: check(root, order, seller))


def _record(root: Node) -> dict[str, Any]:
    trade = find(root, "SupplyChainTradeTransaction")
    agreement = find(trade, "ApplicableHeaderTradeAgreement")
    settlement = find(trade, "ApplicableHeaderTradeSettlement")
    sums = find(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    buyer = find(agreement, "BuyerTradeParty")
    customer = _party(buyer) if buyer is not None else {}
    po_number = text_of(root, "ExchangedDocument/ID")
    ordered_on = day_of(text_of(root, "ExchangedDocument/IssueDateTime/DateTimeString") or "")
    items = find_all(trade, "IncludedSupplyChainTradeLineItem")
    return told(
        external_id=f"{customer.get('id', '')}/{po_number}" if po_number else None,
        customer=customer,
        currency=text_of(settlement, "OrderCurrencyCode"),
        ordered_on=ordered_on.isoformat() if ordered_on else None,
        po_number=po_number,
        buyer_reference=text_of(agreement, "BuyerReference"),
        contract=text_of(agreement, "ContractReferencedDocument/IssuerAssignedID"),
        project=text_of(agreement, "SpecifiedProcuringProject/ID"),
        lines=[_line(no, item) for no, item in enumerate(items, start=1)],
        adjustments=list(_adjustments(settlement, with_tax=True)),
        stated_net=text_of(sums, "LineTotalAmount"),
        stated_total=text_of(sums, "GrandTotalAmount"),
    )


def _party(party: Node) -> dict[str, Any]:
    address = find(party, "PostalTradeAddress")
    ids = find_all(party, "SpecifiedTaxRegistration/ID")
    vat_id = next((each.text for each in ids if each.get("schemeID") == "VA" and each.text), None)
    street = [text_of(address, "LineOne"), text_of(address, "LineTwo"), text_of(address, "LineThree")]
    return told(
        id=text_of(party, "ID")
        or text_of(party, "GlobalID")
        or vat_id
        or text_of(party, "SpecifiedLegalOrganization/ID"),
        name=text_of(party, "Name"),
        street=", ".join(each for each in street if each) or None,
        city=text_of(address, "CityName"),
        postcode=text_of(address, "PostcodeCode"),
        country=text_of(address, "CountryID"),
        vat_id=vat_id.strip() if vat_id else None,
        email=text_of(party, "DefinedTradeContact/EmailURIUniversalCommunication/URIID"),
    )


def _line(no: int, item: Node) -> dict[str, Any]:
    thing = find(item, "SpecifiedTradeProduct")
    price = find(item, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice")
    settlement = find(item, "SpecifiedLineTradeSettlement")
    quantity = find(item, "SpecifiedLineTradeDelivery/RequestedQuantity")
    code = text_of(thing, "SellerAssignedID") or text_of(thing, "GlobalID")
    return told(
        no=no,
        code=code or text_of(thing, "BuyerAssignedID"),
        buyer_code=text_of(thing, "BuyerAssignedID"),
        order_line=text_of(item, "AssociatedDocumentLineDocument/LineID"),
        name=text_of(thing, "Name") or text_of(thing, "Description"),
        quantity=text_of(item, "SpecifiedLineTradeDelivery/RequestedQuantity"),
        unit=quantity.get("unitCode") if quantity is not None else None,
        unit_price=text_of(price, "ChargeAmount"),
        price_base=text_of(price, "BasisQuantity"),
        adjustments=list(_adjustments(settlement, with_tax=False)),
        tax_category=text_of(settlement, "ApplicableTradeTax/CategoryCode"),
        tax_rate=text_of(settlement, "ApplicableTradeTax/RateApplicablePercent"),
        source_line=item.sourceline,
    )


def _adjustments(settlement: Node, *, with_tax: bool) -> Iterator[dict[str, Any]]:
    for each in find_all(settlement, "SpecifiedTradeAllowanceCharge"):
        is_charge = text_of(each, "ChargeIndicator/Indicator") in {"true", "1"}
        yield told(
            kind="charge" if is_charge else "allowance",
            amount=text_of(each, "ActualAmount"),
            reason=text_of(each, "Reason"),
            tax_category=text_of(each, "CategoryTradeTax/CategoryCode") if with_tax else None,
            tax_rate=text_of(each, "CategoryTradeTax/RateApplicablePercent") if with_tax else None,
        )
