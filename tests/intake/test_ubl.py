"""UBL 2.1 orders: landed right, or with the reason why a person must look."""

import json
import os
from pathlib import Path

import pytest

REAL = Path(os.environ.get("FAKTURO_TEST_DATA", "../shared/data")) / "einvoice" / "peppol-orders"
SPACES = (
    'xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2" '
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)
BUYER = """<cac:BuyerCustomerParty><cac:Party>
  <cbc:EndpointID schemeID="0088">7300010000001</cbc:EndpointID>
  <cac:PartyIdentification><cbc:ID>C7</cbc:ID></cac:PartyIdentification>
  <cac:PartyName><cbc:Name>Blue Door</cbc:Name></cac:PartyName>
  <cac:PostalAddress><cbc:StreetName>Mill Rd 1</cbc:StreetName>
    <cbc:AdditionalStreetName>Gate 2</cbc:AdditionalStreetName>
    <cbc:CityName>Leeds</cbc:CityName><cbc:PostalZone>LS1</cbc:PostalZone>
    <cac:Country><cbc:IdentificationCode>GB</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
  <cac:PartyTaxScheme><cbc:CompanyID>GB123456789</cbc:CompanyID>
    <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
  <cac:Contact><cbc:ElectronicMail>buy@example.com</cbc:ElectronicMail></cac:Contact>
</cac:Party></cac:BuyerCustomerParty>"""
TOTAL = """<cac:AnticipatedMonetaryTotal>
  <cbc:LineExtensionAmount currencyID="EUR">98.00</cbc:LineExtensionAmount>
  <cbc:PayableAmount currencyID="EUR">117.60</cbc:PayableAmount></cac:AnticipatedMonetaryTotal>"""
ALLOWANCE = """<cac:AllowanceCharge><cbc:ChargeIndicator>{charge}</cbc:ChargeIndicator>
  <cbc:AllowanceChargeReason>{reason}</cbc:AllowanceChargeReason>
  <cbc:Amount currencyID="EUR">{amount}</cbc:Amount>
  </cac:AllowanceCharge>"""
LINE = """<cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID>
  <cbc:Quantity unitCode="KGM">40</cbc:Quantity>
  <cbc:LineExtensionAmount currencyID="EUR">98.00</cbc:LineExtensionAmount>
  {inside}
  <cac:Price><cbc:PriceAmount currencyID="EUR">25</cbc:PriceAmount>
    <cbc:BaseQuantity unitCode="KGM">10</cbc:BaseQuantity></cac:Price>
  <cac:Item><cbc:Description>long</cbc:Description><cbc:Name>Sauce</cbc:Name>
    <cac:SellersItemIdentification><cbc:ID>SN-33</cbc:ID></cac:SellersItemIdentification>
    <cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent></cac:ClassifiedTaxCategory></cac:Item>
</cac:LineItem></cac:OrderLine>"""
LINE_OFF = ALLOWANCE.format(charge="false", reason="Volume", amount="2.00")


def ubl(head="", buyer=BUYER, total=TOTAL, line=None, after=""):
    line = LINE.format(inside=LINE_OFF) if line is None else line
    return (
        f'<?xml version="1.0"?><Order {SPACES}>'
        f"<cbc:ID>PO-9</cbc:ID><cbc:IssueDate>2026-02-27</cbc:IssueDate>{head}"
        f"<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{buyer}{after}{total}{line}</Order>"
    )


def codes(rows):
    return [row["code"] for row in rows("findings")]


def test_everything_of_an_order_is_read(take, rows):
    outcome = take("po.xml", ubl(after=ALLOWANCE.format(charge="true", reason="Freight", amount="9.50")))

    assert (outcome.source, outcome.orders_new, codes(rows)) == ("ubl", 1, [])
    (order,) = rows("orders")
    assert (order["external_id"], order["po_number"], order["status"]) == ("C7/PO-9", "PO-9", "queued")
    assert "<cbc:ID>PO-9</cbc:ID>" in order["raw"]
    assert json.loads(order["content"]) == {
        "external_id": "C7/PO-9",
        "customer": {
            "id": "C7",
            "name": "Blue Door",
            "street": "Mill Rd 1, Gate 2",
            "city": "Leeds",
            "postcode": "LS1",
            "country": "GB",
            "vat_id": "GB123456789",
            "email": "buy@example.com",
        },
        "currency": "EUR",
        "ordered_on": "2026-02-27",
        "po_number": "PO-9",
        "lines": [
            {
                "no": 1,
                "code": "SN-33",
                "order_line": "1",
                "name": "Sauce",
                "quantity": "40",
                "unit": "KGM",
                "unit_price": "25",
                "price_base": "10",
                "adjustments": [{"kind": "allowance", "amount": "2", "reason": "Volume"}],
                "tax_category": "S",
                "tax_rate": "20",
                "source_line": 17,
            }
        ],
        "adjustments": [{"kind": "charge", "amount": "9.5", "reason": "Freight"}],
        "stated_net": "98",
        "stated_total": "117.6",
    }


def in_line(more="", old="", new=""):
    """The line, with more in it, or something of it replaced."""
    return {
        "line": LINE.format(inside=LINE_OFF + more).replace(old, new, 1)
        if old
        else LINE.format(inside=LINE_OFF + more)
    }


def in_total(name, amount):
    """The totals, with one more."""
    return {
        "total": TOTAL.replace("<cbc:Pay", f'<cbc:{name} currencyID="EUR">{amount}</cbc:{name}><cbc:Pay', 1)
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"head": "<cbc:Note>Only if it arrives before Easter</cbc:Note>"}, "element_not_understood"),
        ({"head": "<cbc:OrderTypeCode>221</cbc:OrderTypeCode>"}, "order_type"),
        ({"head": "<cbc:CopyIndicator>true</cbc:CopyIndicator>"}, "order_copy"),
        (
            {"head": "<cbc:RequestedInvoiceCurrencyCode>SEK</cbc:RequestedInvoiceCurrencyCode>"},
            "currency_differs",
        ),
        ({"after": "<cac:PaymentTerms/>"}, "element_not_understood"),
        ({"after": BUYER.replace("Buyer", "Accounting").replace("C7", "C8")}, "other_payer"),
        ({"line": LINE.format(inside="")}, "line_amount_differs"),
        (in_line("<cbc:Note>half of it</cbc:Note>"), "element_not_understood"),
        (in_line("<cbc:LineStatusCode>5</cbc:LineStatusCode>"), "element_not_understood"),
        (in_line("", 'BaseQuantity unitCode="KGM"', 'BaseQuantity unitCode="LTR"'), "unit_differs"),
        (in_line("", 'PriceAmount currencyID="EUR"', 'PriceAmount currencyID="SEK"'), "currency_differs"),
        (in_line("", "</cac:Item>", "<cac:ClassifiedTaxCategory/></cac:Item>"), "tax_unclear"),
        (
            in_line("", "</cac:Price>", "<cac:AlternativeConditionPrice/></cac:Price>"),
            "element_not_understood",
        ),
        (in_total("PrepaidAmount", "5"), "amount_not_understood"),
        (in_total("TaxInclusiveAmount", "117.61"), "stated_amount_differs"),
        (in_total("AllowanceTotalAmount", "1"), "stated_amount_differs"),
        (
            {"line": LINE.format(inside=LINE_OFF).replace("</cac:OrderLine>", "<cbc:Note/></cac:OrderLine>")},
            "element_not_understood",
        ),
        ({"line": LINE.format(inside=LINE_OFF) + "<cac:OrderLine/>"}, "line_unclear"),
    ],
)
def test_what_may_change_the_amounts_sends_it_to_a_person(take, rows, changes, code):
    take("po.xml", ubl(**changes))

    assert rows("orders")[0]["status"] == "needs_review"
    assert code in codes(rows)


def test_an_order_for_another_seller_goes_to_a_person(sqlite_engine, tmp_path, now, rows):
    from fakturo.intake.ingest import ingest_file
    from fakturo.settings import load

    ours = load(home=tmp_path / "home", seller={"name": "Ours", "vat_id": "DE811569869"}, _env_file=None)
    path = tmp_path / "po.xml"
    path.write_text(ubl(after=BUYER.replace("BuyerCustomer", "SellerSupplier")))
    ingest_file(sqlite_engine, ours, path, now=now)

    assert codes(rows) == ["other_seller"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (ubl().replace("PO-9", ""), "external_id"),
        (ubl(buyer=""), "customer"),
        (ubl(line=""), "lines"),
        (ubl().replace("2026-02-27", "soon"), "ordered_on"),
        (ubl().replace(">EUR<", ">EUX<"), "EUX"),
        (
            ubl().replace("<cbc:PriceAmount", "<cbc:Other").replace("PriceAmount>", "Other>"),
            "lines.1.unit_price",
        ),
    ],
)
def test_what_is_no_order_is_quarantined_with_reasons(take, rows, body, reason):
    outcome = take("po.xml", body)

    assert (outcome.rows_in, outcome.rows_quarantined) == (1, 1)
    assert reason in rows("quarantine")[0]["reasons"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            "<Invoice/>",
            "This XML is a 'Invoice'; read are orders (UBL 2.1, Order-X) and invoices (UBL 2.1, CII).",
        ),
        ("<Order><a></Order>", "The XML is broken"),
        ("<!DOCTYPE lolz [<!ENTITY lol 'lol'>]><Order>&lol;</Order>", "document type"),
        (
            "<?xml version='1.0'?>" + " " * 5000 + "<!DOCTYPE a SYSTEM 'http://127.0.0.1/'><Order/>",
            "document type",
        ),
        (f"<Order {SPACES}>" + "<a>" * 100 + "</a>" * 100 + "</Order>", "nested more than 60 levels"),
        (f"<Order {SPACES}>" + "<a>" * 5000 + "</a>" * 5000 + "</Order>", "The XML is broken"),
    ],
)
def test_hostile_or_foreign_xml_is_refused_in_one_sentence(take, body, sentence):
    assert sentence in take("po.xml", body).refused


def test_an_entity_bomb_in_another_encoding_is_refused(take):
    bomb = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "bbbb">]><Order>&b;</Order>'
    assert "document type" in take("po.xml", bomb.encode("utf-16")).refused


@pytest.mark.skipif(not REAL.is_dir(), reason="the real orders are not here")
def test_the_real_orders_land_right_or_with_a_reason(take, rows):
    for path in sorted(REAL.glob("*.xml")):
        assert take(path.name, path.read_bytes()).rows_accepted == 1

    first, second, third = rows("orders")
    lines = json.loads(first["content"])["lines"]
    assert [(line["code"], line["quantity"], line["unit_price"]) for line in lines] == [
        ("SN-33", "10", "4"),
        ("SN-34", "5", "6"),
        ("SN-35", "15", "3"),
    ]
    assert (first["status"], json.loads(first["content"])["stated_total"]) == ("queued", "143.75")
    assert (second["status"], second["conflict_of"]) == (
        "needs_review",
        first["id"],
    )  # the same buyer's order 1
    assert json.loads(third["content"])["stated_total"] == "400"  # without tax: the check will ask
