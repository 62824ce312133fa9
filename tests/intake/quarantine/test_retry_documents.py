"""A quarantined order of a document: corrected as XML, and taken in, whatever brought it."""

from email.message import EmailMessage

import pytest

from tests.einvoice.paper import pdf
from tests.intake.order_x import ORDER
from tests.intake.test_ubl import ubl

WRONG, RIGHT = ubl().replace("2026-02-27", "soon"), ubl()


def mail(text, xml=WRONG):
    made = EmailMessage()
    made["Subject"] = "Order"
    made["From"] = "buyer@example.com"
    if text:
        made.set_content(text)
    made.add_attachment(xml.encode(), maintype="application", subtype="xml", filename="po.xml")
    return made.as_bytes()


@pytest.mark.parametrize(
    ("name", "file", "status"),
    [
        ("po.xml", WRONG, "queued"),
        ("m.eml", mail(""), "queued"),
        ("m.eml", mail("Half of it."), "needs_review"),
    ],
)
def test_a_corrected_order_comes_in_with_what_was_said_beside_it(small_desk, name, file, status):
    assert small_desk.ingest(name, file).rows_quarantined == 1
    small_desk.retry(small_desk.corrected({1: {"xml": RIGHT}}))
    (order,) = small_desk.rows("orders")
    assert (order["external_id"], order["status"]) == ("C7/PO-9", status)
    assert small_desk.waiting() == []
    small_desk.check()


def test_an_order_in_a_pdf_is_corrected_too(small_desk):
    wrong = ORDER.replace(">40<", ">-40<", 1)
    small_desk.ingest("po.pdf", pdf(("order-x.xml", wrong.encode(), "Data")))
    small_desk.retry(small_desk.corrected({1: {"xml": ORDER}}))
    assert [order["external_id"] for order in small_desk.rows("orders")] == ["C7/PO-7"]


@pytest.mark.parametrize(("name", "file"), [("po.xml", WRONG), ("m.eml", mail("Half of it."))])
def test_without_a_correction_it_is_refused_again(small_desk, name, file):
    small_desk.ingest(name, file)
    small_desk.retry_all()
    assert small_desk.rows("orders") == []
    assert len(small_desk.waiting()) == 1
