"""Mails that carry an order or an invoice for machines: it is read, and what is said beside it is seen."""

from email.message import EmailMessage

import pytest

from tests.einvoice.documents import cii
from tests.einvoice.paper import pdf
from tests.intake.order_x import ORDER
from tests.intake.test_ubl import ubl

ORDER_X = ("po.pdf", pdf(("order-x.xml", ORDER.encode(), "Data")))
UBL = ("po.xml", ubl().encode())


def mail(*files, text=None, subject="Our order", kind=("application", "octet-stream")):
    """A mail with files, as bytes."""
    made = EmailMessage()
    made["From"] = "buyer@example.com"
    made["Subject"] = subject
    if text is not None:
        made.set_content(text)
    for name, data in files:
        made.add_attachment(data, maintype=kind[0], subtype=kind[1], filename=name)
    return made.as_bytes()


def codes(rows):
    return [row["code"] for row in rows("findings")]


@pytest.mark.parametrize(
    ("file", "source", "number"), [(ORDER_X, "order-x", "C7/PO-7"), (UBL, "ubl", "C7/PO-9")]
)
def test_an_order_alone_in_a_mail_is_that_order(take, rows, file, source, number):
    outcome = take("m.eml", mail(file))
    assert (outcome.format, outcome.source, outcome.orders_new) == ("eml", source, 1)
    (order,) = rows("orders")
    assert (order["external_id"], order["status"], order["lane"]) == (number, "queued", "rules")
    again = take(*file)
    assert (again.orders_new, again.orders_duplicate) == (0, 1)


def test_what_the_mail_says_beside_it_is_seen_by_a_person(take, rows):
    take("m.eml", mail(ORDER_X, text="Please deliver half of it only.\n"))
    (order,) = rows("orders")
    assert (order["external_id"], order["status"]) == ("C7/PO-7", "needs_review")
    (finding,) = rows("findings")
    assert finding["code"] == "mail_says_more"
    assert finding["message"] == (
        "The mail with po.pdf says: 'Subject: Our order Please deliver half of it only.'; approve the order "
        "if that changes nothing."
    )


def test_a_long_mail_is_shown_in_part(take, rows):
    take("m.eml", mail(UBL, text="word " * 300))
    assert 500 < len(rows("findings")[0]["message"]) < 620


def test_the_same_order_with_other_words_is_no_duplicate(take, rows):
    take(*UBL)
    take("first.eml", mail(UBL, text="Please cancel it.\n"))
    take("again.eml", mail(UBL, text="Please cancel it.\n", kind=("text", "xml")))
    first, second = rows("orders")
    assert (first["status"], second["status"], second["conflict_of"]) == (
        "queued",
        "needs_review",
        first["id"],
    )


def test_another_file_beside_it_is_told(take, rows):
    take("m.eml", mail(UBL, ("terms.pdf", b"%PDF-1.7 no pdf")))
    assert codes(rows) == ["attachment_not_read"]
    assert "(terms.pdf)" in rows("findings")[0]["message"]


def test_the_same_document_as_pdf_and_xml_is_one(take, rows):
    outcome = take("m.eml", mail(ORDER_X, ("po.xml", ORDER.encode())))
    assert (outcome.orders_new, codes(rows)) == (1, [])


def test_two_orders_in_a_mail_are_left_to_a_person(take, rows):
    take("m.eml", mail(ORDER_X, UBL, text="Two orders.\n"))
    assert [order["status"] for order in rows("orders")] == ["needs_review"]
    assert codes(rows) == ["attachment_not_read"]
    assert "(po.pdf, po.xml)" in rows("findings")[0]["message"]


def test_an_invoice_in_a_mail_is_a_purchase_document(take, rows):
    outcome = take("m.eml", mail(("invoice.xml", cii().encode()), text="Our invoice.\n"))
    assert (outcome.source, outcome.purchases_new, rows("orders")) == ("purchases", 1, [])
    assert rows("purchase_documents")[0]["number"] == "4711"


@pytest.mark.parametrize(
    "file", [("a.xml", b"<html/>"), ("a.xml", b"<a"), ("a.bin", b"\x00\x01"), ("a.pdf", b"%PDF")]
)
def test_what_is_no_document_is_an_attachment_that_nobody_read(take, rows, file):
    take("m.eml", mail(file, text="Hello,\n\n- 2 x LANTERN (21217) @ £9.95\n\nAccount 14560.\n\nThanks\n"))
    assert codes(rows) == ["attachment_not_read"]


def test_a_mail_without_text_and_without_a_document_is_refused(take):
    assert take("m.eml", mail(("a.bin", b"x"))).refused == (
        "The mail holds no text; save its attachments and give those."
    )


def test_a_forwarded_mail_brings_its_order(take, rows):
    outer = EmailMessage()
    outer["Subject"] = "Fwd: order"
    outer["From"] = "clerk@example.com"
    outer.set_content("See below.\n")
    inner = EmailMessage()
    inner["Subject"] = "Order"
    inner.set_content("Our order.\n")
    inner.add_attachment(UBL[1], maintype="application", subtype="xml", filename="po.xml")
    outer.add_attachment(inner)
    take("m.eml", outer.as_bytes())
    assert rows("orders")[0]["external_id"] == "C7/PO-9"
    assert codes(rows)[0] == "mail_says_more"


def test_an_order_that_is_none_is_quarantined_and_read_again_once_it_is_corrected(take, rows, reasons):
    wrong = ubl().replace("2026-02-27", "soon")
    outcome = take("m.eml", mail(("po.xml", wrong.encode())))
    assert (outcome.rows_in, outcome.rows_quarantined) == (1, 1)
    assert any("ordered_on" in each for each in next(iter(reasons().values())))
