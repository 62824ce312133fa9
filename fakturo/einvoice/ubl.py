"""Read a UBL 2.1 invoice or credit note (Peppol BIS Billing 3, XRechnung UBL).

Source of the paths: CEN/TS 16931-3-2.
"""

from fakturo.einvoice.elements import as_figure, every, figure, first, text
from fakturo.einvoice.parsing import Node
from fakturo.einvoice.reading import Adjustment, Figure, Line, Said, TaxGroup, day_of, number_of

_TOTALS = {
    "BT-106": "cbc:LineExtensionAmount",
    "BT-107": "cbc:AllowanceTotalAmount",
    "BT-108": "cbc:ChargeTotalAmount",
    "BT-109": "cbc:TaxExclusiveAmount",
    "BT-112": "cbc:TaxInclusiveAmount",
    "BT-113": "cbc:PrepaidAmount",
    "BT-114": "cbc:PayableRoundingAmount",
    "BT-115": "cbc:PayableAmount",
}


def read(root: Node) -> Said:
    """What a UBL invoice or credit note says."""
    kind = str(root.tag).rpartition("}")[2]
    party = first(root, "cac:AccountingSupplierParty/cac:Party")
    currency = text(root, "cbc:DocumentCurrencyCode")
    summation = first(root, "cac:LegalMonetaryTotal")
    taxes = [each for each in every(root, "cac:TaxTotal") if _currency(each, currency) == currency]
    quantity = "cbc:CreditedQuantity" if kind == "CreditNote" else "cbc:InvoicedQuantity"
    buyer = first(root, "cac:AccountingCustomerParty/cac:Party")
    due = text(root, "cbc:DueDate") or text(root, "cac:PaymentMeans/cbc:PaymentDueDate")
    return Said(
        number=text(root, "cbc:ID"),
        currency=currency,
        seller=text(party, "cac:PartyLegalEntity/cbc:RegistrationName"),
        seller_vat_id=_vat_id(party),
        element=summation if summation is not None else root,
        type_code=text(root, f"cbc:{kind}TypeCode"),
        issue_date=day_of(text(root, "cbc:IssueDate")),
        due_date=day_of(due),
        buyer=text(buyer, "cac:PartyLegalEntity/cbc:RegistrationName"),
        buyer_vat_id=_vat_id(buyer),
        lines=tuple(_line(each, quantity) for each in every(root, f"cac:{kind}Line")),
        adjustments=_adjustments(root),
        groups=tuple(_group(each) for tax in taxes for each in every(tax, "cac:TaxSubtotal")),
        totals=_totals(summation, taxes),
    )


def _vat_id(party: Node) -> str:
    schemes = every(party, "cac:PartyTaxScheme")
    vat_ids = (text(each, "cbc:CompanyID") for each in schemes if _is_of_vat(each))
    return next(vat_ids, "")


def _is_of_vat(scheme: Node) -> bool:
    return text(scheme, "cac:TaxScheme/cbc:ID").upper() == "VAT"


def _currency(tax: Node, default: str) -> str:
    amount = first(tax, "cbc:TaxAmount")
    return default if amount is None else str(amount.get("currencyID", default))


def _totals(summation: Node, taxes: list[Node]) -> dict[str, Figure]:
    found = {name: figure(summation, path) for name, path in _TOTALS.items()}
    found["BT-110"] = figure(taxes[0], "cbc:TaxAmount") if taxes else None
    return {name: each for name, each in found.items() if each is not None}


def _line(item: Node, quantity: str) -> Line:
    price = first(item, "cac:Price")
    billed, based = first(item, quantity), first(price, "cbc:BaseQuantity")
    category = first(item, "cac:Item/cac:ClassifiedTaxCategory")
    return Line(
        id=text(item, "cbc:ID"),
        element=item,
        quantity=as_figure(billed),
        unit="" if billed is None else billed.get("unitCode", ""),
        net=figure(item, "cbc:LineExtensionAmount"),
        price=figure(price, "cbc:PriceAmount"),
        gross_price=figure(price, "cac:AllowanceCharge/cbc:BaseAmount"),
        discount=figure(price, "cac:AllowanceCharge/cbc:Amount"),
        base=as_figure(based),
        base_unit="" if based is None else based.get("unitCode", ""),
        adjustments=_adjustments(item),
        category=text(category, "cbc:ID"),
        rate=number_of(text(category, "cbc:Percent")),
    )


def _adjustments(node: Node) -> tuple[Adjustment, ...]:
    return tuple(
        Adjustment(
            is_charge=text(each, "cbc:ChargeIndicator") in {"true", "1"},
            amount=amount,
            base=figure(each, "cbc:BaseAmount"),
            percent=figure(each, "cbc:MultiplierFactorNumeric"),
            category=text(each, "cac:TaxCategory/cbc:ID"),
            rate=number_of(text(each, "cac:TaxCategory/cbc:Percent")),
        )
        for each in every(node, "cac:AllowanceCharge")
        if (amount := figure(each, "cbc:Amount")) is not None
    )


def _group(subtotal: Node) -> TaxGroup:
    return TaxGroup(
        element=subtotal,
        taxable=figure(subtotal, "cbc:TaxableAmount"),
        tax=figure(subtotal, "cbc:TaxAmount"),
        category=text(subtotal, "cac:TaxCategory/cbc:ID"),
        rate=number_of(text(subtotal, "cac:TaxCategory/cbc:Percent")),
    )
