"""`fakturo verify` as a person runs it, beside a ledger and without one."""

import hashlib
import json
import subprocess
import sys

import pytest

from fakturo.ledger.issuing.documents import Made, record, unrendered
from fakturo.ledger.open import open_ledger
from tests.einvoice.documents import cii, ubl
from tests.einvoice.paper import pdf

REFUSED = "It says 64.40; BT-112 - BT-113 + BT-114 = 64.49, a difference of -0.09."


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.xml"
    path.write_text(ubl())
    return path


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.xml"
    path.write_text(cii().replace("64.49</ram:Due", "64.40</ram:Due"))
    return path


def test_a_good_invoice_is_accepted_in_one_line(run, good):
    done = run("verify", str(good))
    assert done.exit_code == 0
    assert "UBL invoice, EN 16931: invoice 4711, 2 lines, total 64.49 EUR, due 64.49 EUR" in done.output
    assert "Accepted: schema, rules and every sum hold." in done.output
    assert "There is no ledger here" in done.output


def test_verifying_makes_no_ledger(run, good, settings):
    run("verify", str(good))
    assert not settings.home.exists()


def test_a_bad_invoice_is_refused_with_what_where_and_what_to_do(run, bad):
    done = run("verify", str(bad))
    assert done.exit_code == 1
    assert "refused BR-CO-16 Amount due for payment (BT-115) at …/" in done.output
    assert f"/DuePayableAmount: {REFUSED}" in done.output
    assert "Refused. Ask the sender for a corrected invoice." in done.output


def test_a_folder_goes_on_after_a_broken_file(run, good, bad, tmp_path):
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    (tmp_path / "notes.txt").write_text("no invoice")
    done = run("verify", str(tmp_path))
    assert done.exit_code == 1
    assert "3 files: 1 accepted, 2 refused." in done.output
    assert "The PDF is broken" in done.output
    assert done.stderr == ""


def test_many_files_show_progress(run, tmp_path):
    for number in range(20):
        (tmp_path / f"{number}.xml").write_text(ubl())
    done = run("verify", str(tmp_path))
    assert done.exit_code == 0
    assert "Verifying: 20 of 20" in done.output


def test_a_folder_without_invoices_is_told(run, tmp_path):
    (tmp_path / "empty").mkdir()
    done = run("verify", str(tmp_path / "empty"))
    assert done.exit_code == 1
    assert "There is no PDF or XML in" in str(done.exception)


def test_the_same_as_json(run, good, bad):
    done = run("verify", "--json", str(good), str(bad))
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert done.exit_code == 1
    assert (first["accepted"], first["number"], first["total"], first["findings"]) == (
        True,
        "4711",
        "64.49",
        [],
    )
    assert (second["accepted"], second["findings"][0]["rule"]) == (False, "BR-CO-16")


def test_what_a_file_says_cannot_repaint_the_screen(run, tmp_path):
    path = tmp_path / "evil.xml"
    path.write_text(ubl().replace("<cbc:ID>4711<", "<cbc:ID>\u202e[red]4711<"))
    done = run("verify", str(path))
    assert "\u202e" not in done.output
    assert "[red]4711" in done.output


def test_equal_findings_are_told_once(run, tmp_path):
    path = tmp_path / "untaxed.xml"
    path.write_text(
        ubl().replace("<cbc:Name>Lantern</cbc:Name>", "").replace("<cbc:Name>Rope, metres</cbc:Name>", "")
    )
    done = run("verify", str(path))
    assert done.output.count("BR-25") == 1
    assert "and 1 more place: Each Invoice line" in done.output


def test_help_does_not_load_what_verifying_needs():
    heavy = {"saxonche", "lxml", "pypdf", "facturx"}
    loaded = f"import sys, fakturo.cli.main; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def ours(run, settings, tmp_path, now):
    """A document recorded of an invoice that this home issued."""
    (tmp_path / "orders.csv").write_text(
        "order_id;date;customer;sku;name;qty;price;currency\nA-1;2026-03-02;C-7;LN-104;Lantern;2;14,50;EUR\n"
    )
    for words in (("init",), ("ingest", str(tmp_path / "orders.csv")), ("issue",)):
        assert run(*words).exit_code == 0
    engine = open_ledger(settings)
    invoice = unrendered(engine, limit=1)[0]
    path = tmp_path / f"{invoice.number}.pdf"
    path.write_bytes(pdf(page=(invoice.number,)))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    made = Made(invoice.invoice_id, path.name, sha256, path.stat().st_size, 1)
    record(engine, [made], now=now, run_id=None)
    return path


def test_our_own_document_is_known_by_its_bytes(run, ours):
    done = run("verify", str(ours))
    assert done.exit_code == 0, done.output
    assert f"This is the document of our invoice {ours.stem}, byte for byte" in done.output


def test_another_file_with_our_number_is_refused(run, ours, tmp_path):
    from fakturo.settings import current

    seller = current().seller
    theirs = cii().replace(">4711<", f">{ours.stem}<")
    forged = theirs.replace("DE123456789", seller.vat_id or "").replace("Lampen GmbH", seller.name)
    page = (f"Invoice {ours.stem}", "Total 64.49 EUR")
    for name, xml in (("forged.pdf", forged), ("theirs.pdf", theirs)):
        attached = ("factur-x.xml", xml.encode(), "Data")
        (tmp_path / name).write_bytes(pdf(attached, page=page, level="EN 16931"))
    done = run("verify", str(tmp_path / "forged.pdf"))
    assert done.exit_code == 1
    assert "this is not the PDF that the ledger recorded: the SHA-256 differs" in done.output
    assert f"`fakturo render --again {ours.stem}`" in done.output
    other_seller = run("verify", str(tmp_path / "theirs.pdf"))
    assert other_seller.exit_code == 0, other_seller.output


def test_an_xml_of_ours_that_was_never_recorded_is_said(run, ours, tmp_path):
    from fakturo.settings import current

    seller = current().seller
    xml = cii().replace(">4711<", f">{ours.stem}<").replace("DE123456789", seller.vat_id or "")
    (tmp_path / "ours.xml").write_text(xml)
    done = run("verify", str(tmp_path / "ours.xml"))
    assert "the ledger has recorded no XML of it to compare with" in done.output
