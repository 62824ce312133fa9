"""Real PDFs, opened again: pages, totals, identical bytes in every process."""

from decimal import Decimal

import pypdf
import pytest

from fakturo.errors import RenderError
from fakturo.invoice import content
from fakturo.order import Adjustment, Party
from reports import pdf
from reports.pdf import complaints, make, read_logo
from reports.pool import Job, RenderPool

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
    with_logo = make(make_invoice(), read_logo(file)).data
    assert with_logo == make(make_invoice(), read_logo(file)).data
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


def test_killed_children_cost_nothing_but_time(make_invoice):
    good = content(make_invoice())
    with RenderPool(2) as pool:
        outcomes = []
        for each in pool.render([Job(n, f"I{n}", good) for n in range(20)]):
            outcomes.append(each)
            if len(outcomes) in {3, 9}:
                for child in list(pool._children):
                    child.process.kill()
    assert sorted(each.job.key for each in outcomes) == list(range(20))
    assert all(each.document is not None for each in outcomes)
