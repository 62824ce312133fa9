"""Order-X, alone or in a PDF: landed right, or with the reason why a person must look."""

import json

import pytest

from tests.einvoice.paper import pdf
from tests.intake.order_x import ORDER


@pytest.fixture
def doubts(take, rows):
    """Take an order in and give the codes of what a person must see."""

    def found(old="", new=""):
        assert old in ORDER
        outcome = take("po.xml", ORDER.replace(old, new, 1))
        assert outcome.refused is None, outcome.refused
        return [row["code"] for row in rows("findings")]

    return found


@pytest.mark.parametrize("name", ["po.xml", "po.pdf"])
def test_an_order_lands_with_all_that_it_says(take, rows, name):
    """40 kg at 25.00 per 10 kg are 100.00, less 2.00; with freight of 5.00 and 20 % 123.60."""
    data = ORDER.encode()
    outcome = take(name, pdf(("order-x.xml", data, "Data")) if name.endswith("pdf") else data)
    assert (outcome.source, outcome.orders_new, outcome.rows_accepted) == ("order-x", 1, 1)
    (order,) = rows("orders")
    assert (order["external_id"], order["status"], order["lane"]) == ("C7/PO-7", "queued", "rules")
    said = json.loads(order["content"])
    assert said["customer"] == {
        "id": "C7",
        "name": "Blue Door",
        "street": "Mill Rd 1, Gate 2",
        "city": "Leeds",
        "postcode": "LS1",
        "country": "GB",
        "vat_id": "GB123456789",
    }
    assert (said["ordered_on"], said["po_number"], said["buyer_reference"], said["contract"]) == (
        *("2026-02-27", "PO-7", "R-1", "K-1"),
    )
    (line,) = said["lines"]
    assert (line["code"], line["buyer_code"], line["quantity"], line["unit"]) == ("S-1", "B-1", "40", "KGM")
    assert (line["unit_price"], line["price_base"], line["tax_rate"]) == ("25", "10", "20")
    assert line["adjustments"] == [{"kind": "allowance", "amount": "2", "reason": "Bulk"}]
    assert said["adjustments"][0]["amount"] == "5"
    assert (said["stated_net"], said["stated_total"]) == ("98", "123.6")
    assert rows("findings") == []


def test_the_same_order_as_xml_and_in_a_pdf_is_one(take, rows):
    take("po.xml", ORDER)
    again = take("po.pdf", pdf(("order-x.xml", ORDER.encode(), "Data")))
    assert (again.orders_new, again.orders_duplicate) == (0, 1)
    assert len(rows("orders")) == 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (">220<", ">230<", "order_type"),
        (">9<", ">1<", "order_copy"),
        (
            "<ram:PurposeCode>",
            "<ram:CopyIndicator><udt:Indicator>true</udt:Indicator></ram:CopyIndicator><ram:PurposeCode>",
            "order_copy",
        ),
        (">98.00<", ">98.01<", "line_amount_differs"),
        (">5.00</ram:ChargeTotalAmount>", ">6.00</ram:ChargeTotalAmount>", "stated_amount_differs"),
        ('currencyID="EUR"', 'currencyID="USD"', "currency_differs"),
        ('BasisQuantity unitCode="KGM"', 'BasisQuantity unitCode="GRM"', "unit_differs"),
        (
            "<ram:LineID>1</ram:LineID>",
            "<ram:LineID>1</ram:LineID><ram:LineStatusCode>2</ram:LineStatusCode>",
            "order_type",
        ),
        (
            "<ram:LineID>1</ram:LineID>",
            "<ram:LineID>1</ram:LineID><ram:IncludedNote><ram:Content>free</ram:Content></ram:IncludedNote>",
            "element_not_understood",
        ),
        (
            "<ram:OrderCurrencyCode>EUR</ram:OrderCurrencyCode>",
            (
                "<ram:OrderCurrencyCode>EUR</ram:OrderCurrencyCode>"
                "<ram:InvoiceeTradeParty><ram:Name>Other</ram:Name></ram:InvoiceeTradeParty>"
            ),
            "other_payer",
        ),
    ],
)
def test_a_doubt_goes_to_a_person(doubts, rows, old, new, code):
    assert doubts(old, new) == [code]
    assert rows("orders")[0]["status"] == "needs_review"


def test_what_the_schema_forbids_is_refused_with_its_reason(take):
    refused = take("po.xml", ORDER.replace("<ram:ID>PO-7</ram:ID>", "", 1)).refused
    assert refused.startswith("The schema of Order-X does not allow this order: Element 'TypeCode'")
    assert "{urn" not in refused


def test_what_is_no_order_is_quarantined_with_reasons(take, reasons):
    outcome = take("po.xml", ORDER.replace(">40<", ">-40<", 1))
    assert outcome.rows_quarantined == 1
    (said,) = reasons().values()
    assert any(reason.startswith("lines.1.quantity: ") for reason in said)


def test_a_pdf_without_order_or_invoice_is_refused_in_one_sentence(take):
    assert take("a.pdf", pdf()).refused == (
        "This PDF carries no order (Order-X) and no e-invoice (Factur-X, ZUGFeRD); attached is nothing. "
        "Send its text, or a file that a machine can read."
    )
    assert "attached is terms.txt." in take("b.pdf", pdf(("terms.txt", b"x", ""))).refused
    assert "protected by a password" in take("c.pdf", pdf(password="secret")).refused
