"""Whole files, verified: what is found, what it weighs, and that no file makes it stumble."""

import os
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakturo.einvoice.verifying.file import MOST_FILE_BYTES, NO_XML, verify_bytes, verify_file
from fakturo.einvoice.verifying.finding import Weight
from tests.einvoice.documents import ALL, BASIC, PEPPOL, cii, ubl
from tests.einvoice.paper import PAGE, pdf

XML = cii().encode()
GOOD = ("factur-x.xml", XML, "Alternative")


def texts(data: bytes, weight: Weight = Weight.WARNING) -> list[str]:
    return [each.text for each in verify_bytes("it", data).findings if each.weight is weight]


@pytest.mark.parametrize("name", ALL)
def test_an_invoice_made_by_hand_is_accepted_without_a_word(name):
    verdict = verify_bytes("it", ALL[name]().encode())
    assert verdict.is_accepted
    assert verdict.findings == ()
    assert (verdict.number, str(verdict.total), str(verdict.due), verdict.lines) == (
        "4711",
        "64.49",
        "64.49",
        2,
    )
    assert (verdict.seller, verdict.seller_vat_id, verdict.currency) == ("Lampen GmbH", "DE123456789", "EUR")


def test_a_pdf_with_its_invoice_is_accepted_without_a_word():
    verdict = verify_bytes("it", pdf(GOOD, level="EN 16931"))
    assert verdict.is_accepted
    assert verdict.findings == ()
    assert (verdict.attachment, verdict.number) == ("factur-x.xml", "4711")


def test_a_pdf_without_an_invoice_is_refused():
    verdict = verify_bytes("it", pdf(("terms.txt", b"thirty days", "")))
    assert [each.rule for each in verdict.findings] == [NO_XML]
    assert "attached are terms.txt" in verdict.findings[0].text
    assert "nothing is attached" in verify_bytes("it", pdf()).findings[0].text


def test_two_invoices_in_one_pdf_are_refused():
    found = texts(pdf(GOOD, ("xrechnung.xml", XML, "Alternative"), level="EN 16931"), Weight.REFUSED)
    assert found == [
        "The PDF carries 2 e-invoices (factur-x.xml, xrechnung.xml); one is allowed. The first was verified."
    ]


def test_other_attachments_are_named():
    data = pdf(GOOD, ("hours.csv", b"1;2", "Supplement"), level="EN 16931")
    assert texts(data, Weight.NOTE) == ["Attached besides: hours.csv."]
    assert verify_bytes("it", data).is_accepted


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (pdf(("factur-x.xml", XML, ""), level="EN 16931"), "to the PDF is Unspecified; allowed is Alt"),
        (pdf(("factur-x.xml", XML, "Supplement"), level="EN 16931"), "to the PDF is Supplement; allowed"),
        (pdf(("zugferd-invoice.xml", XML, "Data"), level="EN 16931"), "named zugferd-invoice.xml; Factur"),
        (pdf(GOOD), "metadata do not say that it is Factur-X"),
        (pdf(GOOD, level="BASIC"), "metadata say BASIC, the XML is EN 16931"),
        (pdf(("xrechnung.xml", ubl().encode(), "Data")), "xrechnung.xml is a UBL invoice; within"),
        (pdf(GOOD, page=("Invoice 4712", *PAGE[1:]), level="EN 16931"), "do not show this number"),
        (pdf(GOOD, page=("Invoice 4711", "64.48 EUR"), level="EN 16931"), "says 64.49 EUR, but the pages"),
        (pdf(GOOD, page=(), level="EN 16931"), "hold no text that can be read"),
    ],
)  # fmt: skip
def test_a_pdf_that_does_not_fit_its_invoice_is_warned_of(data, sentence):
    assert any(sentence in each for each in texts(data)), texts(data)
    assert verify_bytes("it", data).is_accepted


def test_a_broken_invoice_in_a_pdf_is_refused_in_one_sentence():
    verdict = verify_bytes("it", pdf(("factur-x.xml", XML[:900], "Data")))
    assert [each.weight for each in verdict.findings] == [Weight.REFUSED]
    assert "factur-x.xml in the PDF cannot be verified. The XML is broken" in verdict.findings[0].text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"Dear Sirs", "This is neither a PDF nor an XML"),
        (XML[:2000], "The XML is broken"),
        (b"\x1f\x8b" + zlib.compress(XML), "This is neither a PDF nor an XML"),
        (pdf(GOOD)[:700], "The PDF is broken"),
        (b"%PDF-1.7\n%%EOF", "The PDF is broken"),
        (pdf(GOOD, password="secret"), "protected by a password"),
        (pdf(("factur-x.xml", b"<a>" + b"0" * 100_000_000 + b"</a>", "Data")), "unpacks to"),
    ],
    ids=["empty", "a letter", "cut xml", "zipped", "cut pdf", "no pdf", "password", "bomb"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_one_sentence(data, sentence):
    verdict = verify_bytes("it", data)
    assert not verdict.is_accepted
    assert len(verdict.findings) == 1
    assert sentence in verdict.findings[0].text
    assert verdict.findings[0].text.endswith(".")


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        (11_000_000, "A page of the PDF unpacks to 11 MB; up to 10 MB are read."),
        (80_000_000, "as a bomb does"),
    ],
)
def test_a_page_that_unpacks_too_far_is_a_sentence(size, sentence):
    data = pdf(GOOD, drawn=b" " * size)
    assert len(data) < 200_000
    verdict = verify_bytes("it", data)
    assert not verdict.is_accepted
    assert len(verdict.findings) == 1
    assert sentence in verdict.findings[0].text


def test_what_is_no_file_is_a_sentence(tmp_path):
    assert verify_file(tmp_path / "none.pdf").findings[0].text.endswith("No such file or directory.")
    assert verify_file(tmp_path).findings[0].text == "This is no file."
    os.mkfifo(tmp_path / "pipe.xml")
    assert verify_file(tmp_path / "pipe.xml").findings[0].text == "This is no file."
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(2 * MOST_FILE_BYTES)
    assert verify_file(large).findings[0].text == "The file has 100 MB; up to 50 MB are read."


def test_an_xml_is_read_in_any_encoding():
    latin = ubl().replace("UTF-8", "ISO-8859-1").encode("latin-1")
    wide = ubl().replace("UTF-8", "UTF-16").encode("utf-16")
    marked = ubl().encode("utf-8-sig")
    assert all(verify_bytes("it", each).findings == () for each in (latin, wide, marked))


def test_an_unknown_specification_is_a_warning():
    verdict = verify_bytes("it", ubl("urn:example:own").encode())
    assert verdict.is_accepted
    assert [each.rule for each in verdict.findings] == ["BT-24"]


def test_restrictions_of_factur_x_are_fatal_in_its_pdf():
    reason = "<ram:ExemptionReasonCode>vatex-eu-ae</ram:ExemptionReasonCode>"
    group = "<ram:BasisAmount>54.19</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode>"
    xml = cii().replace(group, group + reason).encode()
    weights = [
        {each.weight for each in verify_bytes("it", data).findings if each.rule == "FX-SCH-A-000589"}
        for data in (xml, pdf(("factur-x.xml", xml, "Data"), level="EN 16931"))
    ]
    assert weights == [{Weight.WARNING}, {Weight.REFUSED}]


@pytest.mark.parametrize("specification", [BASIC, PEPPOL])
def test_a_profile_is_told(specification):
    make = cii if specification == BASIC else ubl
    verdict = verify_bytes("it", make(specification).encode())
    assert verdict.is_accepted
    assert verdict.profile is not None
    assert verdict.profile.specification == specification


QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
BASES = (ubl().encode(), XML, pdf(GOOD, level="EN 16931"))


@QUICK
@given(st.binary(max_size=400), st.sampled_from([b"", b"%PDF-1.7\n", b"<?xml version='1.0'?>", b"<Invoice "]))
def test_no_bytes_make_it_raise(data, head):
    assert verify_bytes("it", head + data).findings


@QUICK
@given(
    st.sampled_from(BASES),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), min_size=1, max_size=4),
)
def test_no_damage_makes_it_raise(base, cuts):
    data = bytearray(base)
    for place, put in cuts:
        start = int(place * len(data))
        data[start : start + len(put)] = put
    verify_bytes("it", bytes(data))


FIGURES = st.sampled_from(
    ["", "0", "-0", "1e9", "NaN", "9" * 30, "9" * 39 + ".9", "0." + "1" * 30, "½", "\u0661", "-64.49"]
)


@QUICK
@given(
    st.sampled_from([ubl(), cii()]),
    st.sampled_from(["64.49", "54.19", "19", "9.95", "2.5", "EUR", "C62"]),
    FIGURES,
)
def test_no_figure_makes_it_raise(text, old, new):
    verify_bytes("it", text.replace(old, new).encode())


def test_a_file_keeps_its_name(tmp_path):
    path = Path(tmp_path / "a b.xml")
    path.write_bytes(XML)
    assert verify_file(path).file == str(path)
