"""A purchase order in Order-X, valid against its schema: 40 kg at 25.00 per 10 kg, less 2.00, and freight."""

_U = "urn:un:unece:uncefact:data"
ORDER = f"""<rsm:SCRDMCCBDACIOMessageStructure xmlns:rsm="{_U}:SCRDMCCBDACIOMessageStructure:100"
  xmlns:ram="{_U}:standard:ReusableAggregateBusinessInformationEntity:128"
  xmlns:udt="{_U}:standard:UnqualifiedDataType:128">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
  <ram:ID>urn:order-x.eu:1p0:comfort</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter>
  </rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>PO-7</ram:ID><ram:TypeCode>220</ram:TypeCode><ram:IssueDateTime>
  <udt:DateTimeString format="102">20260227</udt:DateTimeString></ram:IssueDateTime>
  <ram:PurposeCode>9</ram:PurposeCode></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>
<ram:IncludedSupplyChainTradeLineItem>
 <ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID></ram:AssociatedDocumentLineDocument>
 <ram:SpecifiedTradeProduct><ram:SellerAssignedID>S-1</ram:SellerAssignedID>
   <ram:BuyerAssignedID>B-1</ram:BuyerAssignedID><ram:Name>Sauce</ram:Name></ram:SpecifiedTradeProduct>
 <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>
   <ram:ChargeAmount>25.00</ram:ChargeAmount><ram:BasisQuantity unitCode="KGM">10</ram:BasisQuantity>
   </ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
 <ram:SpecifiedLineTradeDelivery><ram:RequestedQuantity unitCode="KGM">40</ram:RequestedQuantity>
   </ram:SpecifiedLineTradeDelivery>
 <ram:SpecifiedLineTradeSettlement>
  <ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode><ram:CategoryCode>S</ram:CategoryCode>
    <ram:RateApplicablePercent>20</ram:RateApplicablePercent></ram:ApplicableTradeTax>
  <ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>false</udt:Indicator>
    </ram:ChargeIndicator><ram:ActualAmount>2.00</ram:ActualAmount><ram:Reason>Bulk</ram:Reason>
    </ram:SpecifiedTradeAllowanceCharge>
  <ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>98.00</ram:LineTotalAmount>
    </ram:SpecifiedTradeSettlementLineMonetarySummation>
 </ram:SpecifiedLineTradeSettlement>
</ram:IncludedSupplyChainTradeLineItem>
<ram:ApplicableHeaderTradeAgreement>
 <ram:BuyerReference>R-1</ram:BuyerReference>
 <ram:SellerTradeParty><ram:Name>Sample</ram:Name></ram:SellerTradeParty>
 <ram:BuyerTradeParty><ram:ID>C7</ram:ID><ram:Name>Blue Door</ram:Name><ram:PostalTradeAddress>
   <ram:PostcodeCode>LS1</ram:PostcodeCode><ram:LineOne>Mill Rd 1</ram:LineOne>
   <ram:LineTwo>Gate 2</ram:LineTwo><ram:CityName>Leeds</ram:CityName><ram:CountryID>GB</ram:CountryID>
   </ram:PostalTradeAddress><ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">GB123456789</ram:ID>
   </ram:SpecifiedTaxRegistration></ram:BuyerTradeParty>
 <ram:ContractReferencedDocument><ram:IssuerAssignedID>K-1</ram:IssuerAssignedID>
   </ram:ContractReferencedDocument>
</ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery/>
<ram:ApplicableHeaderTradeSettlement>
 <ram:OrderCurrencyCode>EUR</ram:OrderCurrencyCode>
 <ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>true</udt:Indicator>
   </ram:ChargeIndicator><ram:ActualAmount>5.00</ram:ActualAmount><ram:Reason>Freight</ram:Reason>
   <ram:CategoryTradeTax><ram:TypeCode>VAT</ram:TypeCode><ram:CategoryCode>S</ram:CategoryCode>
   <ram:RateApplicablePercent>20</ram:RateApplicablePercent></ram:CategoryTradeTax>
   </ram:SpecifiedTradeAllowanceCharge>
 <ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:LineTotalAmount>98.00</ram:LineTotalAmount>
   <ram:ChargeTotalAmount>5.00</ram:ChargeTotalAmount>
   <ram:AllowanceTotalAmount>0.00</ram:AllowanceTotalAmount>
   <ram:TaxBasisTotalAmount>103.00</ram:TaxBasisTotalAmount>
   <ram:TaxTotalAmount currencyID="EUR">20.60</ram:TaxTotalAmount>
   <ram:GrandTotalAmount>123.60</ram:GrandTotalAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:SCRDMCCBDACIOMessageStructure>"""
