"""What in an Order-X a person must see: elements that may change what is owed, and amounts that disagree."""

from collections.abc import Iterator

from fakturo.finding import Finding
from fakturo.intake.electronic.doubts import ORDINARY, finding, line_amounts, number, unread
from fakturo.intake.electronic.orderx.paths import find, find_all, text_of
from fakturo.intake.electronic.xml import Node
from fakturo.money import to_minor
from fakturo.order import Order
from fakturo.seller import Seller

_UNDERSTOOD = {
    "ExchangedDocument": "ID Name TypeCode StatusCode IssueDateTime CopyIndicator LanguageID PurposeCode "
    "RequestedResponseTypeCode",
    "SupplyChainTradeTransaction": "IncludedSupplyChainTradeLineItem ApplicableHeaderTradeAgreement "
    "ApplicableHeaderTradeDelivery ApplicableHeaderTradeSettlement",
    "ApplicableHeaderTradeSettlement": "TaxCurrencyCode OrderCurrencyCode InvoiceCurrencyCode "
    "InvoiceeTradeParty SpecifiedTradeSettlementPaymentMeans ApplicableTradeTax "
    "SpecifiedTradeAllowanceCharge SpecifiedTradeSettlementHeaderMonetarySummation "
    "ReceivableSpecifiedTradeAccountingAccount",
    "IncludedSupplyChainTradeLineItem": "AssociatedDocumentLineDocument SpecifiedTradeProduct "
    "SpecifiedLineTradeAgreement SpecifiedLineTradeDelivery SpecifiedLineTradeSettlement",
    "AssociatedDocumentLineDocument": "LineID LineStatusCode",
    "SpecifiedLineTradeSettlement": "ApplicableTradeTax SpecifiedTradeAllowanceCharge "
    "SpecifiedTradeSettlementLineMonetarySummation ReceivableSpecifiedTradeAccountingAccount",
    "NetPriceProductTradePrice": "ChargeAmount BasisQuantity",
}
"""Element -> children that are read, or have no bearing on the amounts; any other is for a person."""
_AS_ORDERED = frozenset({None, "1", "5"})
"""Status of a line (UNCL 1229): added, or accepted as it is."""
_ORIGINAL = frozenset({None, "9"})
"""UNCL 1225: an original message."""


def check(root: Node, order: Order, seller: Seller) -> Iterator[Finding]:
    """Every reason why this order must not be issued unseen."""
    trade = find(root, "SupplyChainTradeTransaction")
    items = find_all(trade, "IncludedSupplyChainTradeLineItem")
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        known = _UNDERSTOOD.get(name, "").split()
        yield from (
            unread(child, name)
            for child in element
            if known and str(child.tag).rpartition("}")[2] not in known
        )
    yield from _kind(find(root, "ExchangedDocument"))
    yield from _parties(trade, order, seller)
    yield from _currencies(root, order)
    yield from _amounts(find(trade, "ApplicableHeaderTradeSettlement"), order)
    total = "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"
    yield from line_amounts(order, [text_of(item, total) for item in items])
    for no, item in enumerate(items, start=1):
        yield from _line(no, item)


def _kind(document: Node) -> Iterator[Finding]:
    code, purpose = text_of(document, "TypeCode"), text_of(document, "PurposeCode")
    if code not in ORDINARY:
        what = {"230": "a change of an order", "231": "an answer to an order"}.get(code or "", "no new order")
        yield finding("order_type", f"The order has type {code}, {what}; decide what it asks for.", "order")
    if purpose not in _ORIGINAL:
        message = f"The order has purpose {purpose}, not original (9); make sure that it is meant."
        yield finding("order_copy", message, "order")
    if text_of(document, "CopyIndicator/Indicator") == "true":
        yield finding("order_copy", "The order says that it is a copy; make sure that it is meant.", "order")


def _parties(trade: Node, order: Order, seller: Seller) -> Iterator[Finding]:
    payer = find(trade, "ApplicableHeaderTradeSettlement/InvoiceeTradeParty")
    if payer is not None:
        payer_id = text_of(payer, "ID") or text_of(payer, "GlobalID") or text_of(payer, "Name")
        if payer_id not in {order.customer.id, order.customer.name}:
            message = (
                f"The invoice is to go to another party ({payer_id}) than the buyer; decide who is billed."
            )
            yield finding("other_payer", message, "customer")
    for each in find_all(
        trade, "ApplicableHeaderTradeAgreement/SellerTradeParty/SpecifiedTaxRegistration/ID"
    ):
        asked = (each.text or "").strip()
        is_ours = not seller.vat_id or seller.is_sample or asked == seller.vat_id
        if each.get("schemeID") == "VA" and asked and not is_ours:
            message = (
                f"The order is addressed to the supplier with VAT id {asked}, not to us ({seller.vat_id})."
            )
            yield finding("other_seller", message, "seller")


def _currencies(root: Node, order: Order) -> Iterator[Finding]:
    for element in root.iter():
        currency = element.get("currencyID")
        if currency and currency != order.currency:
            name = str(element.tag).rpartition("}")[2]
            message = f"{name} is in {currency}, the order in {order.currency}; ask which holds."
            yield finding("currency_differs", message, f"line {element.sourceline} of the XML")
            return


def _amounts(settlement: Node, order: Order) -> Iterator[Finding]:
    sums = find(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    for name, kind in (("AllowanceTotalAmount", "allowance"), ("ChargeTotalAmount", "charge")):
        stated = number(text_of(sums, name))
        ours = sum(to_minor(each.amount, order.currency) for each in order.adjustments if each.kind == kind)
        if stated is not None and to_minor(stated, order.currency) != ours:
            message = f"The order states {name} {stated}, its own {kind}s give another sum."
            yield finding("stated_amount_differs", message, "total")


def _line(no: int, item: Node) -> Iterator[Finding]:
    place = f"line {no}"
    status = text_of(item, "AssociatedDocumentLineDocument/LineStatusCode")
    if status not in _AS_ORDERED:
        yield finding("order_type", f"Line {no} has status {status}, no line as ordered; read it.", place)
    quantity = find(item, "SpecifiedLineTradeDelivery/RequestedQuantity")
    base = find(item, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/BasisQuantity")
    if (
        quantity is not None
        and base is not None
        and base.get("unitCode") not in {None, quantity.get("unitCode")}
    ):
        message = f"Line {no} is priced per {base.get('unitCode')} but ordered in {quantity.get('unitCode')}."
        yield finding("unit_differs", message, place)
    if len(find_all(item, "SpecifiedLineTradeSettlement/ApplicableTradeTax")) > 1:
        yield finding("tax_unclear", f"Line {no} bears several tax categories; say which holds.", place)
