"""Read a CII invoice (UN/CEFACT Cross Industry Invoice D16B to D22B; Factur-X, ZUGFeRD 2, XRechnung CII).

Source of the paths: CEN/TS 16931-3-3.
"""

from fakturo.einvoice.elements import as_figure, every, figure, first, text
from fakturo.einvoice.parsing import Node
from fakturo.einvoice.reading import Adjustment, Figure, Line, Said, TaxGroup, day_of, number_of

_TOTALS = {
    "BT-106": "ram:LineTotalAmount",
    "BT-107": "ram:AllowanceTotalAmount",
    "BT-108": "ram:ChargeTotalAmount",
    "BT-109": "ram:TaxBasisTotalAmount",
    "BT-112": "ram:GrandTotalAmount",
    "BT-113": "ram:TotalPrepaidAmount",
    "BT-114": "ram:RoundingAmount",
    "BT-115": "ram:DuePayableAmount",
}
_NOT_COUNTED = frozenset({"GROUP", "INFORMATION"})


def read(root: Node) -> Said:
    """What a CII says."""
    trade = first(root, "rsm:SupplyChainTradeTransaction")
    settlement = first(trade, "ram:ApplicableHeaderTradeSettlement")
    seller = first(trade, "ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty")
    currency = text(settlement, "ram:InvoiceCurrencyCode")
    summation = first(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    buyer = first(trade, "ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty")
    due = text(settlement, "ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString")
    return Said(
        number=text(root, "rsm:ExchangedDocument/ram:ID"),
        currency=currency,
        seller=text(seller, "ram:Name"),
        seller_vat_id=_vat_id(seller),
        element=summation if summation is not None else root,
        type_code=text(root, "rsm:ExchangedDocument/ram:TypeCode"),
        issue_date=day_of(text(root, "rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString")),
        due_date=day_of(due),
        buyer=text(buyer, "ram:Name"),
        buyer_vat_id=_vat_id(buyer),
        lines=tuple(_line(each) for each in every(trade, "ram:IncludedSupplyChainTradeLineItem")),
        adjustments=(*_adjustments(settlement), *_logistics(settlement)),
        groups=tuple(_group(each) for each in every(settlement, "ram:ApplicableTradeTax")),
        totals=_totals(summation, currency),
    )


def _vat_id(party: Node) -> str:
    registrations = every(party, "ram:SpecifiedTaxRegistration/ram:ID")
    vat_ids = ((each.text or "").strip() for each in registrations if each.get("schemeID") == "VA")
    return next(vat_ids, "")


def _totals(summation: Node, currency: str) -> dict[str, Figure]:
    found = {name: figure(summation, path) for name, path in _TOTALS.items()}
    taxes = every(summation, "ram:TaxTotalAmount")
    own = [each for each in taxes if each.get("currencyID", currency) == currency]
    found["BT-110"] = as_figure(own[0]) if own else None
    return {name: each for name, each in found.items() if each is not None}


def _line(item: Node) -> Line:
    agreement = first(item, "ram:SpecifiedLineTradeAgreement")
    settlement = first(item, "ram:SpecifiedLineTradeSettlement")
    net_price = first(agreement, "ram:NetPriceProductTradePrice")
    gross_price = first(agreement, "ram:GrossPriceProductTradePrice")
    billed = first(item, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity")
    based = first(net_price, "ram:BasisQuantity")
    based = based if based is not None else first(gross_price, "ram:BasisQuantity")
    status = text(item, "ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode")
    return Line(
        id=text(item, "ram:AssociatedDocumentLineDocument/ram:LineID"),
        element=item,
        quantity=as_figure(billed),
        unit="" if billed is None else billed.get("unitCode", ""),
        net=figure(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"),
        price=figure(net_price, "ram:ChargeAmount"),
        gross_price=figure(gross_price, "ram:ChargeAmount"),
        discount=figure(gross_price, "ram:AppliedTradeAllowanceCharge/ram:ActualAmount"),
        base=as_figure(based),
        base_unit="" if based is None else based.get("unitCode", ""),
        adjustments=_adjustments(settlement),
        category=text(settlement, "ram:ApplicableTradeTax/ram:CategoryCode"),
        rate=number_of(text(settlement, "ram:ApplicableTradeTax/ram:RateApplicablePercent")),
        counts=status not in _NOT_COUNTED,
    )


def _adjustments(settlement: Node) -> tuple[Adjustment, ...]:
    found = []
    for each in every(settlement, "ram:SpecifiedTradeAllowanceCharge"):
        amount = figure(each, "ram:ActualAmount")
        if amount is None:
            continue
        found.append(
            Adjustment(
                is_charge=text(each, "ram:ChargeIndicator/udt:Indicator") in {"true", "1"},
                amount=amount,
                base=figure(each, "ram:BasisAmount"),
                percent=figure(each, "ram:CalculationPercent"),
                category=text(each, "ram:CategoryTradeTax/ram:CategoryCode"),
                rate=number_of(text(each, "ram:CategoryTradeTax/ram:RateApplicablePercent")),
            )
        )
    return tuple(found)


def _logistics(settlement: Node) -> tuple[Adjustment, ...]:
    """Charges of Factur-X EXTENDED (BG-X-42)."""
    return tuple(
        Adjustment(
            is_charge=True,
            amount=amount,
            category=text(each, "ram:AppliedTradeTax/ram:CategoryCode"),
            rate=number_of(text(each, "ram:AppliedTradeTax/ram:RateApplicablePercent")),
        )
        for each in every(settlement, "ram:SpecifiedLogisticsServiceCharge")
        if (amount := figure(each, "ram:AppliedAmount")) is not None
    )


def _group(tax: Node) -> TaxGroup:
    return TaxGroup(
        element=tax,
        taxable=figure(tax, "ram:BasisAmount"),
        tax=figure(tax, "ram:CalculatedAmount"),
        category=text(tax, "ram:CategoryCode"),
        rate=number_of(text(tax, "ram:RateApplicablePercent")),
    )
