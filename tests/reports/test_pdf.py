"""Real PDFs, opened again: pages, totals, identical bytes in every process."""

import dataclasses
import re
import subprocess
import sys
import warnings
from decimal import Decimal

import pypdf
import pytest
from PIL import Image, ImageChops, ImageFilter

from fakturo.errors import RenderError
from fakturo.invoice import content
from fakturo.order import Adjustment, OrderLine, Party
from fakturo.seller import Seller
from reports import pdf
from reports.look import Look, read_logo
from reports.pdf import complaints, make
from reports.pool import Job, RenderPool
from reports.press import press


def two(first, second):
    """Six of one thing and one of another."""
    return (
        OrderLine(no=1, name="Lantern", quantity=Decimal(6), unit_price=Decimal(first)),
        OrderLine(no=2, name="Cake stand", quantity=Decimal(1), unit_price=Decimal(second)),
    )


LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><rect width="80" height="20"/></svg>'


def test_the_amounts_on_the_page_are_those_of_the_record(make_invoice, text_of):
    """6 x 2.55 + 14.70 = 30.00, - 1.00 + 4.00 = 33.00, VAT 6.60, due 39.60."""
    adjustments = (
        Adjustment(kind="allowance", amount=Decimal(1), reason="Loyalty"),
        Adjustment(kind="charge", amount=Decimal(4), reason="Freight"),
    )
    (page,) = text_of(make(make_invoice(adjustments=adjustments, po_number="PO-7")).data)
    for shown in (
        "15.30",
        "14.70",
        "30.00",
        "33.00",
        "6.60",
        "£39.60",
        "Freight",
        "PO-7",
        "GB33 BUKB 2020 1555 5555 55",
    ):
        assert shown in page
    assert "Please pay £39.60 by 1 April 2026 (within 30 days)." in page


GOLDEN = """\
Blue Door Ltd
Blue Door Ltd · 12 Mill Road · Leeds LS1 4AP
Blue Door Ltd
Invoice no. INV-2026-000042
Invoice date 2 March 2026
Payment due 1 April 2026
Tax point 27 February 2026
Our order A-1
Customer no. C-1
Invoice
No. Item Description Quantity Unit price VAT Amount, GBP
1 85123A Lantern 6 2.55 20% 15.30
2 22423 Cake stand 1 14.70 20% 14.70
VAT breakdown Taxable VAT
20% Standard rate 30.00 6.00
Net total 30.00
VAT 6.00
Amount due £36.00
Payment
Please pay £36.00 by 1 April 2026 (within 30 days).
Account holder Blue Door Ltd
IBAN GB33 BUKB 2020 1555 5555 55
BIC BUKBGB22
Reference INV-2026-000042
Blue Door Ltd
12 Mill Road
Leeds LS1 4AP
IBAN GB33 BUKB 2020 1555 5555 55
BIC BUKBGB22
VAT no. GB123456789
Page 1 of 1
"""


def test_the_whole_page_reads_as_it_should(make_invoice, text_of):
    (page,) = text_of(make(make_invoice()).data, "-raw")
    assert page == GOLDEN


def test_a_german_invoice_of_0_and_of_3_decimals(make_invoice, text_of):
    """6 x 2500 + 1000 = 16000, 19 % = 3040, due 19040; 6 x 2.125 + 1 = 13.750, 20 % = 2.750, due 16.500."""
    german = Seller(name="Nordlicht GmbH", country="DE", language="de", tax_rate=Decimal(19), terms_days=14)
    (page,) = text_of(make(make_invoice(german, currency="JPY", lines=two("2500", "1000"))).data)
    for shown in (
        "Rechnung",
        "Betrag, JPY",
        "15.000",
        "16.000",
        "3.040",
        "19.040 ¥",
        "Seite 1 von 1",
    ):
        assert shown in page
    (page,) = text_of(make(make_invoice(currency="BHD", lines=two("2.125", "1"))).data)
    for shown in ("12.750", "13.750", "2.750", "BHD 16.500"):
        assert shown in page


def test_no_number_is_ever_broken(make_invoice, text_of):
    """987654321 x 1234567.89 = 1219326311126352.69, 20 % = 243865262225270.54, due 1463191573351623.23."""
    line = OrderLine(
        no=1, code="C" * 60, name="N" * 90, quantity=Decimal(987654321), unit_price=Decimal("1234567.89")
    )
    text = "".join(text_of(make(make_invoice(lines=(line,))).data))
    for shown in ("987,654,321", "1,234,567.89", "1,219,326,311,126,352.69", "£1,463,191,573,351,623.23"):
        assert shown in text


@pytest.mark.parametrize("lines", [8, 12, 18, 19, 20, 44])
def test_the_totals_never_stand_alone_on_a_page(make_invoice, text_of, lines):
    pages = text_of(make(make_invoice(lines=lines)).data)
    (last,) = [page for page in pages if "Amount due" in page]
    assert len(re.findall("Lantern", last)) >= 2
    assert all("Lantern" in page for page in pages if "Description" in page)


def test_what_fills_a_page_breaks_instead_of_leaving_pages_empty(make_invoice, text_of):
    fees = tuple(Adjustment(kind="charge", amount=Decimal(1), reason=f"Fee {n}") for n in range(60))
    pages = text_of(make(make_invoice(adjustments=fees)).data)
    assert len(pages) == 3
    assert "Lantern" in pages[0]
    assert "Fee 0 " in pages[0]
    line = make_invoice().lines[0].model_copy(update={"adjustments": fees})
    pages = text_of(make(make_invoice().model_copy(update={"lines": (line,)})).data)
    assert "Lantern" in pages[0]
    assert len(pages) == 2


def test_a_long_invoice_repeats_its_head_and_counts_its_pages(make_invoice, text_of):
    document = make(make_invoice(lines=60))
    pages = text_of(document.data)
    assert document.pages == len(pages) == 3
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of 3" in page
    assert "Description" in pages[1]
    assert "continued" in pages[1]
    assert "Amount due" in pages[2]


def test_the_same_invoice_gives_the_same_bytes_in_every_process(make_invoice):
    invoice = make_invoice()
    here = make(invoice).data
    with RenderPool(2) as pool:
        jobs = [Job(n, "INV", content(invoice)) for n in range(6)]
        there = [each.document.data for each in pool.render(jobs)]
    assert there == [here] * 6


def test_it_is_tagged_titled_archivable_and_small(make_invoice, tmp_path):
    document = make(make_invoice())
    file = tmp_path / "invoice.pdf"
    file.write_bytes(document.data)
    reader = pypdf.PdfReader(file)
    assert reader.metadata.title == "Invoice INV-2026-000042"
    assert reader.metadata.author == "Blue Door Ltd"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert "pdfaid" in reader.xmp_metadata.stream.get_data().decode()
    assert len(document.data) < 100_000


@pytest.mark.parametrize(
    "name",
    ["東京雑貨株式会社", "شركة اللؤلؤ", "Ωμέγα", "X" * 400, "Ünïcödé & Söhne <GmbH>"],
    ids=["cjk", "arabic", "greek", "long", "markup"],
)
def test_any_name_can_be_printed(make_invoice, name):
    assert make(make_invoice(customer=Party(id="C-1", name=name))).pages >= 1


def test_a_logo_is_embedded_and_nothing_else_is_fetched(make_invoice, tmp_path):
    file = tmp_path / "logo.svg"
    file.write_bytes(LOGO)
    with_logo = make(make_invoice(), Look(read_logo(file))).data
    assert with_logo == make(make_invoice(), Look(read_logo(file))).data
    assert with_logo != make(make_invoice()).data


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("logo.txt", b"x", "no image that can be embedded"),
        ("gone.png", None, "cannot be read"),
        ("huge.png", b"0" * 2_000_001, "larger than 2 MB"),
    ],
)
def test_a_bad_logo_is_one_sentence(tmp_path, name, data, sentence):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(RenderError, match=sentence):
        read_logo(tmp_path / name)
    assert read_logo(None) is None


def test_this_machine_renders_at_full_speed():
    assert complaints() == []


def test_a_broken_invoice_gives_a_reason_and_the_rest_goes_on(make_invoice):
    good = content(make_invoice())
    with RenderPool(1) as pool:
        outcomes = {each.job.key: each for each in pool.render([Job(1, "A", "{}"), Job(2, "B", good)])}
    assert outcomes[1].document is None
    assert "order_id" in outcomes[1].reason
    assert outcomes[2].document.pages == 1


@pytest.fixture
def fresh_press():
    """WeasyPrint is looked for anew, now and after the test."""
    press.cache_clear()
    yield
    press.cache_clear()


class NoPango:
    """An import that fails as WeasyPrint's does where Pango is missing."""

    def find_spec(self, name, *_):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")


def test_a_machine_without_pango_is_told_the_command(monkeypatch, fresh_press, make_invoice):
    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    with pytest.raises(
        RenderError, match=r"libpango-1\.0-0.*apt-get install -y libpango-1\.0-0 .*fonts-inter"
    ):
        make(make_invoice())


def test_a_machine_without_weasyprint_is_told_the_command(monkeypatch, fresh_press, make_invoice):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(RenderError, match=r"pip install 'fakturo\[reports\]'"):
        make(make_invoice())


def test_a_missing_subset_library_is_said_loudly(monkeypatch, fresh_press):
    from weasyprint.text import ffi

    monkeypatch.setattr(ffi, "harfbuzz_subset", None)
    with warnings.catch_warnings():
        (complaint,) = complaints()
    assert complaint.startswith("libharfbuzz-subset0 is missing")
    assert "apt-get install" in complaint


def test_an_image_that_is_none_is_said(make_invoice, tmp_path):
    file = tmp_path / "logo.png"
    file.write_bytes(b"not an image")
    with pytest.raises(RenderError, match="FAKTURO_SELLER_LOGO"):
        make(make_invoice(), Look(read_logo(file)))


@pytest.mark.parametrize(
    "name", ["Lantern & <b>sons</b> \"x\" 'y' ]]>", "a\ufffeb", "\x0c茶\u00a0é", "of many words " * 20]
)
def test_our_page_read_quickly_is_the_page_as_browsers_read_it(monkeypatch, make_invoice, name):
    line = OrderLine(no=1, name=name, quantity=Decimal(2), unit_price=Decimal("2.55"))
    invoice = make_invoice(lines=(line,), note=f"{name}\n{name}")
    quickly = make(invoice).data
    machine = press()
    as_any = dataclasses.replace(
        machine,
        parsed=lambda text, fetcher: machine.library.HTML(string=text, url_fetcher=fetcher),
        shorten=lambda **_: machine.shorten(lines=False, borders=True),
    )
    monkeypatch.setattr(pdf, "press", lambda: as_any)
    assert make(invoice).data == quickly


def test_a_border_that_is_drawn_shortly_is_where_it_was(monkeypatch, make_invoice, tmp_path):
    """And nothing else moves; WeasyPrint's own is paler where it does not fall on whole pixels."""

    def picture_of(name, data):
        file = tmp_path / name
        file.write_bytes(data)
        subprocess.run(["pdftoppm", "-r", "300", "-gray", str(file), str(file)], check=True)
        words = subprocess.run(["pdftotext", "-bbox", str(file), "-"], check=True, capture_output=True).stdout
        return Image.open(next(tmp_path.glob(f"{name}-*.pgm"))), words

    invoice = make_invoice(lines=8)
    shortly, words = picture_of("shortly", make(invoice).data)
    machine = press()
    plainly = dataclasses.replace(machine, shorten=lambda **_: machine.shorten(lines=False, borders=False))
    monkeypatch.setattr(pdf, "press", lambda: plainly)
    own, own_words = picture_of("own", make(invoice).data)
    assert words == own_words
    for one, other in (
        (shortly, own),
        (own, shortly),
    ):  # no ink of one is further than a pixel from the other's
        far = ImageChops.subtract(other.filter(ImageFilter.MinFilter(3)), one)
        assert far.getextrema()[1] < 30  # the palest line has 34
