"""What in a UBL order a person must see: elements that may change what is owed, and amounts that disagree."""

from collections.abc import Iterator

from fakturo.finding import Finding
from fakturo.intake.electronic.doubts import ORDINARY, finding, line_amounts, number, unread
from fakturo.intake.electronic.ubl.paths import find, find_all, local_name, text_of
from fakturo.intake.electronic.xml import Node
from fakturo.money import to_minor
from fakturo.order import Order
from fakturo.seller import Seller

_DOCUMENT = frozenset({
    "UBLVersionID", "CustomizationID", "ProfileID", "ProfileExecutionID", "ID", "UUID", "CopyIndicator",
    "IssueDate", "IssueTime", "OrderTypeCode", "DocumentCurrencyCode", "PricingCurrencyCode",
    "TaxCurrencyCode", "AccountingCostCode", "AccountingCost", "CustomerReference", "LineCountNumeric",
    "ValidityPeriod", "QuotationDocumentReference", "OriginatorDocumentReference", "Contract",
    "ProjectReference", "BuyerCustomerParty", "SellerSupplierParty", "OriginatorCustomerParty",
    "AccountingCustomerParty", "Delivery", "AllowanceCharge", "TaxTotal", "AnticipatedMonetaryTotal",
    "OrderLine", "SalesOrderID", "DestinationCountry", "RequestedInvoiceCurrencyCode", "CatalogueReference",
    "OrderDocumentReference",
})  # fmt: skip
"""Understood, or without bearing on the amounts. Notes, payment terms and all else are for a person."""
_ITEM = frozenset({
    "ID", "UUID", "SalesOrderID", "Quantity", "LineExtensionAmount", "TotalTaxAmount", "AccountingCost",
    "AccountingCostCode", "PartialDeliveryIndicator", "BackOrderAllowedIndicator", "InspectionMethodCode",
    "Delivery", "OriginatorParty", "AllowanceCharge", "Price", "Item", "TaxTotal",
})  # fmt: skip
_PRICE = frozenset({"PriceAmount", "BaseQuantity", "PriceType", "AllowanceCharge", "ValidityPeriod"})


def check(root: Node, order: Order, seller: Seller) -> Iterator[Finding]:
    """Every reason why this order must not be issued unseen."""
    yield from _not_understood(root)
    yield from _kind(root)
    yield from _parties(root, order, seller)
    yield from _currencies(root, order)
    yield from _amounts(root, order)
    for line, item in zip(
        order.lines, (find(each, "LineItem") for each in find_all(root, "OrderLine")), strict=False
    ):
        yield from _line(line.no, item)


def _not_understood(root: Node) -> Iterator[Finding]:
    yield from (unread(child, "order") for child in root if local_name(child) not in _DOCUMENT)
    for no, order_line in enumerate(find_all(root, "OrderLine"), start=1):
        place = f"line {no}"
        if len(find_all(order_line, "LineItem")) != 1:
            yield finding("line_unclear", "An order line holds no or several line items; read it.", place)
        yield from (unread(child, place) for child in order_line if local_name(child) != "LineItem")
        for item in find_all(order_line, "LineItem"):
            yield from (unread(child, place) for child in item if local_name(child) not in _ITEM)
            of_price = [child for price in find_all(item, "Price") for child in price]
            yield from (unread(child, place) for child in of_price if local_name(child) not in _PRICE)


def _kind(root: Node) -> Iterator[Finding]:
    code = text_of(root, "OrderTypeCode")
    if code not in ORDINARY:
        message = (
            f"The order has type {code}, which is no ordinary purchase order (220); decide what it asks for."
        )
        yield finding("order_type", message, "order")
    if text_of(root, "CopyIndicator") == "true":
        yield finding("order_copy", "The order says that it is a copy; make sure that it is meant.", "order")


def _parties(root: Node, order: Order, seller: Seller) -> Iterator[Finding]:
    payer = find(root, "AccountingCustomerParty/Party")
    if payer is not None:
        payer_id = text_of(payer, "PartyIdentification/ID") or text_of(payer, "EndpointID")
        if payer_id != order.customer.id:
            message = (
                f"The invoice is to go to another party ({payer_id}) than the buyer; decide who is billed."
            )
            yield finding("other_payer", message, "customer")
    supplier = find(root, "SellerSupplierParty/Party")
    for scheme in find_all(supplier, "PartyTaxScheme") if supplier is not None else ():
        asked = text_of(scheme, "CompanyID")
        is_vat = (text_of(scheme, "TaxScheme/ID") or "").upper() == "VAT"
        if is_vat and asked and seller.vat_id and not seller.is_sample and asked != seller.vat_id:
            message = (
                f"The order is addressed to the supplier with VAT id {asked}, not to us ({seller.vat_id})."
            )
            yield finding("other_seller", message, "seller")


def _currencies(root: Node, order: Order) -> Iterator[Finding]:
    for element in root.iter():
        currency = element.get("currencyID") if isinstance(element.tag, str) else None
        if currency and currency != order.currency:
            message = (
                f"{local_name(element)} is in {currency}, the order in {order.currency}; ask which holds."
            )
            yield finding("currency_differs", message, f"line {element.sourceline} of the XML")
            return
    asked = text_of(root, "RequestedInvoiceCurrencyCode")
    if asked and asked != order.currency:
        yield finding(
            "currency_differs", f"An invoice in {asked} is asked for, not in {order.currency}.", "order"
        )


def _amounts(root: Node, order: Order) -> Iterator[Finding]:
    total = find(root, "AnticipatedMonetaryTotal")
    if total is None:
        return
    for name in ("PrepaidAmount", "PayableRoundingAmount"):
        if number(text_of(total, name)):
            message = f"The order states {name} {text_of(total, name)}; account for it by hand."
            yield finding("amount_not_understood", message, "total")
    for name, kind in (("AllowanceTotalAmount", "allowance"), ("ChargeTotalAmount", "charge")):
        stated = number(text_of(total, name))
        ours = sum(to_minor(each.amount, order.currency) for each in order.adjustments if each.kind == kind)
        if stated is not None and to_minor(stated, order.currency) != ours:
            message = f"The order states {name} {stated}, its own {kind}s give another sum."
            yield finding("stated_amount_differs", message, "total")
    gross, payable = number(text_of(total, "TaxInclusiveAmount")), number(text_of(total, "PayableAmount"))
    if gross is not None and payable is not None and gross != payable:
        message = f"The order states {gross} with tax but {payable} to pay; ask what explains it."
        yield finding("stated_amount_differs", message, "total")
    nets = [text_of(each, "LineItem/LineExtensionAmount") for each in find_all(root, "OrderLine")]
    yield from line_amounts(order, nets)


def _line(no: int, item: Node) -> Iterator[Finding]:
    place = f"line {no}"
    quantity, base = find(item, "Quantity"), find(item, "Price/BaseQuantity")
    if base is not None and base.get("unitCode") not in {None, quantity.get("unitCode")}:
        message = f"Line {no} is priced per {base.get('unitCode')} but ordered in {quantity.get('unitCode')}."
        yield finding("unit_differs", message, place)
    taxes = find_all(find(item, "Item"), "ClassifiedTaxCategory") if find(item, "Item") is not None else []
    if len(taxes) > 1:
        yield finding("tax_unclear", f"Line {no} bears several tax categories; say which holds.", place)
