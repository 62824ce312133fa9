"""One invoice, worked out by hand, as UBL, as UBL credit note and as CII.

3   x 9.95  = 29.85
2.5 x 7.777 = 19.4425 -> 19.44      lines 49.29, freight 4.90, net 54.19
19 % of 54.19 = 10.2961 -> 10.30    total 64.49, all of it due
"""

_CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_RSM = "urn:un:unece:uncefact:data:standard"
EN16931 = "urn:cen.eu:en16931:2017"
BASIC = "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic"
EXTENDED = "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended"
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"


def ubl(specification: str = EN16931) -> str:
    category = "<cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent>"
    scheme = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
    lines = "".join(
        f"""<cac:InvoiceLine><cbc:ID>{no}</cbc:ID>
        <cbc:InvoicedQuantity unitCode="C62">{quantity}</cbc:InvoicedQuantity>
        <cbc:LineExtensionAmount currencyID="EUR">{net}</cbc:LineExtensionAmount>
        <cac:Item><cbc:Name>{name}</cbc:Name>
        <cac:ClassifiedTaxCategory>{category}{scheme}</cac:ClassifiedTaxCategory></cac:Item>
        <cac:Price><cbc:PriceAmount currencyID="EUR">{price}</cbc:PriceAmount></cac:Price>
        </cac:InvoiceLine>"""
        for no, name, quantity, price, net in (
            (1, "Lantern", "3", "9.95", "29.85"),
            (2, "Rope, metres", "2.5", "7.777", "19.44"),
        )
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:cac="{_CAC}" xmlns:cbc="{_CBC}">
<cbc:CustomizationID>{specification}</cbc:CustomizationID>
<cbc:ID>4711</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate><cbc:DueDate>2026-03-16</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty><cac:Party>
<cac:PostalAddress><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyTaxScheme><cbc:CompanyID>DE123456789</cbc:CompanyID>{scheme}</cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Lampen GmbH</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party>
<cac:PostalAddress><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyLegalEntity><cbc:RegistrationName>Blaue Tür AG</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingCustomerParty>
<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator>
<cbc:AllowanceChargeReason>Freight</cbc:AllowanceChargeReason><cbc:Amount currencyID="EUR">4.90</cbc:Amount>
<cac:TaxCategory>{category}{scheme}</cac:TaxCategory></cac:AllowanceCharge>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">10.30</cbc:TaxAmount>
<cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">54.19</cbc:TaxableAmount>
<cbc:TaxAmount currencyID="EUR">10.30</cbc:TaxAmount>
<cac:TaxCategory>{category}{scheme}</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">49.29</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="EUR">54.19</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">64.49</cbc:TaxInclusiveAmount>
<cbc:ChargeTotalAmount currencyID="EUR">4.90</cbc:ChargeTotalAmount>
<cbc:PayableAmount currencyID="EUR">64.49</cbc:PayableAmount></cac:LegalMonetaryTotal>
{lines}
</Invoice>"""


def ubl_credit_note() -> str:
    text = (
        ubl()
        .replace("InvoicedQuantity", "CreditedQuantity")
        .replace("<cbc:DueDate>2026-03-16</cbc:DueDate>", "")
    )
    text = text.replace("InvoiceTypeCode>380<", "CreditNoteTypeCode>381<").replace(
        "InvoiceTypeCode", "CreditNoteTypeCode"
    )
    return (
        text.replace("InvoiceLine", "CreditNoteLine")
        .replace("Invoice-2", "CreditNote-2")
        .replace("<Invoice ", "<CreditNote ")
        .replace("</Invoice>", "</CreditNote>")
    )


def cii(specification: str = EN16931) -> str:
    tax = "<ram:TypeCode>VAT</ram:TypeCode>{basis}<ram:CategoryCode>S</ram:CategoryCode>"
    rate = "<ram:RateApplicablePercent>19</ram:RateApplicablePercent>"
    address = "<ram:PostalTradeAddress><ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress>"
    lines = "".join(
        f"""<ram:IncludedSupplyChainTradeLineItem>
        <ram:AssociatedDocumentLineDocument><ram:LineID>{no}</ram:LineID></ram:AssociatedDocumentLineDocument>
        <ram:SpecifiedTradeProduct><ram:Name>{name}</ram:Name></ram:SpecifiedTradeProduct>
        <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>{price}</ram:ChargeAmount>
        </ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
        <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="C62">{quantity}</ram:BilledQuantity>
        </ram:SpecifiedLineTradeDelivery>
        <ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax>{tax.format(basis="")}{rate}</ram:ApplicableTradeTax>
        <ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>{net}</ram:LineTotalAmount>
        </ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
        </ram:IncludedSupplyChainTradeLineItem>"""
        for no, name, quantity, price, net in (
            (1, "Lantern", "3", "9.95", "29.85"),
            (2, "Rope, metres", "2.5", "7.777", "19.44"),
        )
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="{_RSM}:CrossIndustryInvoice:100"
 xmlns:ram="{_RSM}:ReusableAggregateBusinessInformationEntity:100" xmlns:udt="{_RSM}:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>{specification}</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>4711</ram:ID><ram:TypeCode>380</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">20260302</udt:DateTimeString></ram:IssueDateTime>
</rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>{lines}
<ram:ApplicableHeaderTradeAgreement>
<ram:SellerTradeParty><ram:Name>Lampen GmbH</ram:Name>{address}
<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE123456789</ram:ID></ram:SpecifiedTaxRegistration>
</ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>Blaue Tür AG</ram:Name>{address}</ram:BuyerTradeParty>
</ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery><ram:ActualDeliverySupplyChainEvent><ram:OccurrenceDateTime>
<udt:DateTimeString format="102">20260302</udt:DateTimeString></ram:OccurrenceDateTime>
</ram:ActualDeliverySupplyChainEvent></ram:ApplicableHeaderTradeDelivery>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:ApplicableTradeTax><ram:CalculatedAmount>10.30</ram:CalculatedAmount>
{tax.format(basis="<ram:BasisAmount>54.19</ram:BasisAmount>")}{rate}</ram:ApplicableTradeTax>
<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>true</udt:Indicator></ram:ChargeIndicator>
<ram:ActualAmount>4.90</ram:ActualAmount><ram:Reason>Freight</ram:Reason>
<ram:CategoryTradeTax>{tax.format(basis="")}{rate}</ram:CategoryTradeTax></ram:SpecifiedTradeAllowanceCharge>
<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>
<udt:DateTimeString format="102">20260316</udt:DateTimeString></ram:DueDateDateTime>
</ram:SpecifiedTradePaymentTerms>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:LineTotalAmount>49.29</ram:LineTotalAmount><ram:ChargeTotalAmount>4.90</ram:ChargeTotalAmount>
<ram:TaxBasisTotalAmount>54.19</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="EUR">10.30</ram:TaxTotalAmount>
<ram:GrandTotalAmount>64.49</ram:GrandTotalAmount><ram:DuePayableAmount>64.49</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"""


ALL = {"ubl": ubl, "credit note": ubl_credit_note, "cii": cii}
