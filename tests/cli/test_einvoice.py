"""`fakturo einvoice`: the bytes of the PDF, the other syntax, and one sentence for what cannot be."""

import io

import pypdf
import pytest

from fakturo.errors import BadInput, NotFound

CSV = """order_id,date,customer_id,customer_name,country,currency,description,quantity,unit_price,tax_rate
O-1,2026-03-02,K-1,Buyer AG,DE,EUR,Chair,4,250.00,19
O-1,2026-03-02,K-1,Buyer AG,DE,EUR,Book,10,20.00,7
"""


@pytest.fixture
def number(run, tmp_path):
    """Of an invoice with its document."""
    run("init")
    (tmp_path / "o.csv").write_text(CSV)
    run("ingest", "o.csv")
    assert run("issue").exit_code == 0
    assert run("render").exit_code == 0
    (file,) = (tmp_path / "home" / "documents").rglob("*.pdf")
    return file.stem, file


def test_it_is_what_stands_in_the_pdf(run, number, tmp_path):
    name, file = number
    (attached,) = pypdf.PdfReader(io.BytesIO(file.read_bytes())).attachments["factur-x.xml"]
    assert run("einvoice", name).stdout_bytes == attached
    assert run("einvoice", name, "--out", "i.xml").stdout == ""
    assert (tmp_path / "i.xml").read_bytes() == attached


@pytest.mark.parametrize("words", [(), ("--syntax", "ubl"), ("--syntax", "ubl", "--specification", "peppol")])
def test_what_is_written_is_verified(run, number, words):
    name, _ = number
    assert run("einvoice", name, *words, "--out", "i.xml").exit_code == 0
    checked = run("verify", "i.xml")
    assert checked.exit_code == 0, checked.output


def test_what_cannot_be_is_one_sentence(run, number):
    name, _ = number
    missing = run("einvoice", "INV-1999-000001").exception
    assert isinstance(missing, NotFound)
    no_place = run("einvoice", name, "--out", "nowhere/i.xml").exception
    assert isinstance(no_place, BadInput)
    assert "nowhere/i.xml cannot be written (No such file or directory); name another file." in str(no_place)
