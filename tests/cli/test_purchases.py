"""`fakturo ingest` of a mixed folder, and `fakturo purchases`: what suppliers billed."""

import pytest

from fakturo.errors import NotFound
from tests.einvoice.documents import cii, ubl
from tests.einvoice.paper import pdf
from tests.intake.order_x import ORDER

CSV = """order_id,order_date,customer_id,currency,item,description,quantity,unit_price
A-1,2026-03-02,K,EUR,1,Pin,1,2
"""


@pytest.fixture
def ingested(run, tmp_path):
    """A folder with one of each."""
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "1-orders.csv").write_text(CSV)
    (folder / "2-order.pdf").write_bytes(pdf(("order-x.xml", ORDER.encode(), "Data")))
    (folder / "3-bill.xml").write_text(ubl())
    (folder / "4-bill.pdf").write_bytes(
        pdf(("factur-x.xml", cii().encode(), "Alternative"), level="EN 16931")
    )
    (folder / "5-flyer.pdf").write_bytes(pdf())
    (folder / "6-broken.xml").write_text("<Order><a></Order>")
    (folder / "7-wrong.xml").write_text(ubl().replace(">4711<", ">4712<").replace(">64.49<", ">64.50<"))
    run("init")
    return run, run("ingest", "mail")


def test_each_file_goes_its_way_and_a_broken_one_stops_none(ingested):
    run, done = ingested
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert lines[0].endswith("orders: 1 new, 0 duplicate, 0 conflict")
    assert lines[1].endswith("orders: 1 new, 0 duplicate, 0 conflict")
    assert lines[2].endswith("purchase documents: 1 new, 0 duplicate")
    assert lines[3].endswith("purchase documents: 1 new, 0 duplicate")
    assert lines[4].startswith("5-flyer.pdf: refused. This PDF carries no order (Order-X) and no e-invoice")
    assert lines[5].startswith("6-broken.xml: refused. The XML is broken")
    assert lines[7].startswith("Total of 7 files (2 refused): 5 in = 5 accepted")
    assert "orders: 2 new" in lines[7]
    assert "purchase documents: 3 new" in lines[7]
    again = run("ingest", "mail").output.splitlines()[7]
    assert "5 in = 0 accepted + 5 duplicate" in again
    assert "issued              2" in run("issue").output


def test_they_are_listed_and_shown_with_their_findings(ingested):
    run, _ = ingested
    listed = run("purchases", "list").output
    assert "Purchase documents (3)" in listed
    row = next(line for line in listed.splitlines() if " 2 " in line and "4711" in line)
    assert "same number as 1" in row
    assert "64.49 EUR" in row
    assert "refused" in next(line for line in listed.splitlines() if "4712" in line)
    assert "(0)" in run("purchases", "list", "--supplier", "nobody").output
    shown = run("purchases", "show", "3").output
    assert "BR-CO-15" in shown
    assert "Lampen GmbH" in shown
    assert "billed twice; ask the supplier" in run("purchases", "show", "2").output
    missing = run("purchases", "show", "9").exception
    assert isinstance(missing, NotFound)
    assert str(missing) == "No purchase document 9; `fakturo purchases list` shows them."
