"""Rows of orders are corrected in a sheet and land: whole orders, old rows resolved, nothing twice."""

import json

import pytest
from openpyxl import load_workbook

from fakturo.errors import BadInput, NotFound
from fakturo.intake.quarantine import sheet
from fakturo.ledger.quarantine.resolving import stretches
from fakturo.order import Order

HEADER = "order_id,customer_id,order_date,sku,name,quantity,unit_price,currency\n"
FILE = (
    HEADER + "A1,C7,2026-02-27,L1,Lantern,6,2.55,GBP\n"  # line 2, good
    "A1,C7,2026-02-27,L2,Lamp,six,1.10,GBP\n"  # line 3
    "A2,,2026-02-27,L1,Lantern,1,2.55,GBP\n"  # line 4
    "A3,C7,2026-02-27,L1,Lantern,-2,2.55,GBP\n"  # line 5
    "A4,C7,2026-02-27,L1,Lantern,1,2.55,GBP\n"  # line 6, good
)


def lines_of(order):
    content = Order.model_validate_json(order["content"])
    return [(each.code, str(each.quantity), each.source_line) for each in content.lines]


def test_corrected_rows_land_and_resolve_their_old_ones(desk, evidence):
    desk.ingest("o.csv", FILE)
    before = evidence(desk)
    fixed = desk.corrected({1: {"quantity": "7"}, 2: {"customer_id": "C9"}, 3: {"quantity": "0"}})

    (outcome,) = desk.retry(fixed)

    assert (outcome.rows, outcome.landed, outcome.failed, outcome.same) == (3, 2, 1, 0)
    assert (outcome.orders_new, outcome.completed) == (1, 1)
    assert evidence(desk) == before
    retry = desk.rows("files")[1]
    counts = ("rows_in", "rows_accepted", "rows_duplicate", "rows_quarantined")
    assert [retry[name] for name in counts] == [4, 3, 0, 1]  # rows 3, 4, 5, and the good line of A1
    assert (retry["retry_of"], retry["source"], retry["format"]) == (1, "generic", "correction")
    resolved = [(row["status"], row["resolved_by"], row["resolved_in"]) for row in desk.rows("quarantine")]
    assert resolved == [
        ("resolved", "ann", 2),
        ("resolved", "ann", 2),
        ("replaced", "ann", 2),
        ("open", None, None),
    ]
    again = desk.rows("quarantine")[3]
    assert json.loads(again["reasons"]) == ["quantity 0 must be above 0; only cancellations take back."]
    assert (again["file_id"], again["line"]) == (2, 5)
    told = [row for row in desk.rows("audit") if row["action"] == "quarantine.retried"]
    assert json.loads(told[0]["details"]) == {"failed_again": "3", "resolved": "1-2", "retry": 2}
    assert (told[0]["actor"], told[0]["subject"]) == ("ann", "file:1")
    desk.check()


def test_an_order_that_lost_a_line_is_whole_again_under_its_id(desk):
    desk.ingest("o.csv", FILE)
    held = desk.rows("orders")[0]
    assert (held["external_id"], held["status"], lines_of(held)) == ("A1", "needs_review", [("L1", "6", 2)])

    desk.retry(desk.corrected({1: {"quantity": "7"}}))

    whole = desk.rows("orders")[0]
    assert (whole["id"], whole["status"], whole["conflict_of"]) == (held["id"], "queued", None)
    assert lines_of(whole) == [("L1", "6", 2), ("L2", "7", 3)]
    kept = desk.rows("drafts")[0]
    assert (kept["order_id"], kept["outcome"], kept["content"]) == (held["id"], "refused", held["content"])
    # the same order, whole from the start, is known now
    good = HEADER + "".join(FILE.splitlines(keepends=True)[1:3]).replace("six", "7")
    assert desk.ingest("whole.csv", good).orders_duplicate == 1


def test_an_order_with_two_bad_lines_is_completed_in_two_retries(desk):
    desk.ingest("o.csv", HEADER + FILE.splitlines(keepends=True)[1] + "A1,C7,2026-02-27,L2,Lamp,x,1,GBP\n"
                "A1,C7,2026-02-27,L3,Bulb,y,1,GBP\n")  # fmt: skip
    desk.retry(desk.corrected({1: {"quantity": "2"}}))
    order = desk.rows("orders")[0]
    assert (order["status"], lines_of(order)) == ("needs_review", [("L1", "6", 2), ("L2", "2", 3)])
    assert "line 4 of the file" in order["status_reason"]

    desk.retry(desk.corrected({2: {"quantity": "3"}}, "second.csv"))

    order = desk.rows("orders")[0]
    assert lines_of(order) == [("L1", "6", 2), ("L2", "2", 3), ("L3", "3", 4)]
    assert (order["status"], len(desk.rows("orders")), desk.waiting()) == ("queued", 1, [])
    desk.check()


def test_what_a_person_decided_meanwhile_is_never_overwritten(small_desk):
    """The held order was approved as it stood: the corrected line makes a conflict, for a person."""
    from sqlalchemy import update

    from fakturo.ledger.open import writing
    from fakturo.ledger.tables import orders

    desk = small_desk
    desk.ingest("o.csv", FILE)
    with writing(desk.engine) as connection:
        connection.execute(update(orders).where(orders.c.external_id == "A1").values(status="queued"))
    desk.retry(desk.corrected({1: {"quantity": "7"}}))
    first, other = [row for row in desk.rows("orders") if row["external_id"] == "A1"]
    assert (first["status"], lines_of(first)) == ("queued", [("L1", "6", 2)])
    assert (other["status"], other["conflict_of"]) == ("needs_review", first["id"])


def test_the_same_sheet_again_changes_nothing(desk):
    desk.ingest("o.csv", FILE)
    fixed = desk.corrected({1: {"quantity": "7"}, 2: {"customer_id": "C9"}, 3: {"quantity": "0"}})
    desk.retry(fixed)
    before = [desk.rows(table) for table in ("files", "orders", "quarantine", "audit", "findings", "drafts")]

    (outcome,) = desk.retry(fixed)

    assert (outcome.rows, outcome.known, outcome.same, outcome.landed, outcome.failed) == (3, 2, 1, 0, 0)
    tables = ("files", "orders", "quarantine", "audit", "findings", "drafts")
    assert [desk.rows(table) for table in tables] == before


def test_rows_as_they_are_stay_as_they_are_until_something_was_mended(desk):
    words = HEADER + "A1,C7,2026-02-27,L1,Lantern,6,1.234,GBP\n"
    desk.ingest("o.csv", words)
    assert desk.retry_all()[0].same == 1
    assert len(desk.rows("files")) == 1

    mapping = desk.file("generic.yaml", (
        "name: generic\ndecimal: '.'\ncolumns: {external_id: [order_id], customer_id: [customer_id], "
        "ordered_on: [order_date], code: [sku], name: [name], quantity: [quantity], "
        "unit_price: [unit_price], currency: [currency]}\n"))  # fmt: skip
    (outcome,) = desk.retry_all(mapping=str(mapping))

    assert (outcome.landed, outcome.orders_new) == (1, 1)
    assert lines_of(desk.rows("orders")[0]) == [("L1", "6", 2)]
    assert json.loads(desk.rows("orders")[0]["content"])["lines"][0]["unit_price"] == "1.234"
    desk.check()


def test_a_row_that_failed_again_is_found_from_its_first_number(desk):
    """The sheet still says row 3; the ledger holds it as row 4 by now."""
    desk.ingest("o.csv", FILE)
    desk.retry(desk.corrected({3: {"quantity": "0"}}))
    again = desk.folder / "again.csv"
    again.write_text(f"{sheet.ROW},quantity\n3,5\n")
    (outcome,) = desk.retry(again)
    assert (outcome.landed, outcome.orders_new) == (1, 1)
    assert [row["status"] for row in desk.rows("quarantine")] == ["open", "open", "replaced", "resolved"]


def test_days_and_decimals_mean_what_they_meant_in_the_first_file(small_desk):
    """03/04/2026 alone says nothing; beside 27/02/2026 it is the third of April."""
    desk = small_desk
    desk.ingest(
        "o.csv", HEADER + "A1,C7,27/02/2026,L1,Lantern,6,2.55,GBP\nA2,C7,03/04/2026,L1,Lantern,x,2.55,GBP\n"
    )
    desk.retry(desk.corrected({1: {"quantity": "1"}}))
    assert str(desk.rows("orders")[1]["ordered_on"]) == "2026-04-03"


@pytest.mark.parametrize(
    ("line", "fix", "code"),
    [
        ("A1,C7,2026-02-27,L1,Lantern,6,2.55\n", {"currency": "GBP"}, "L1"),
        ("A1,C7,2026-02-27,L1,Lan,tern,6,2.55,GBP\n",
         {"name": "Lan, tern", "quantity": "6", "unit_price": "2.55", "currency": "GBP",
          "(rest of the line)": ""}, "L1"),
        ('A1,C7,2026-02-27,L1,"Lantern,6,2.55,GBP\n',
         {"order_id": "A1", "customer_id": "C7", "order_date": "2026-02-27", "sku": "L9", "name": "Lantern",
          "quantity": "6", "unit_price": "2.55", "currency": "GBP", "(rest of the line)": ""}, "L9"),
    ],
    ids=["too few cells", "too many cells", "a quote that never closes"],
)  # fmt: skip
def test_a_line_that_could_not_be_parted_is_corrected(small_desk, line, fix, code):
    desk = small_desk
    desk.ingest("o.csv", HEADER + line)
    (outcome,) = desk.retry(desk.corrected({1: fix}))
    assert (outcome.landed, outcome.failed) == (1, 0)
    assert lines_of(desk.rows("orders")[0]) == [(code, "6", 2)]


def test_an_xlsx_sheet_keeps_what_a_spreadsheet_would_change(small_desk):
    desk = small_desk
    desk.ingest("o.csv", HEADER + "0042,C7,2026-02-27,1-2,=1+1,x,2.55,GBP\n")
    exported = desk.export("rows.xlsx")
    book = load_workbook(exported)
    cells = [cell.value for cell in book.active[2]]
    assert cells[4:11] == ["0042", "C7", "2026-02-27", "1-2", "=1+1", "x", "2.55"]
    assert book.active.cell(2, 9).data_type == "s"  # text, no formula
    book.active.cell(2, 10).value = 3  # a number, as a spreadsheet stores it
    book.save(exported)
    assert desk.retry(exported)[0].landed == 1
    order = desk.rows("orders")[0]
    assert (order["external_id"], lines_of(order)) == ("0042", [("1-2", "3", 2)])


def test_a_csv_cell_that_would_run_as_a_formula_is_made_harmless_and_comes_back_as_it_was(small_desk):
    desk = small_desk
    desk.ingest("o.csv", HEADER + 'A1,C7,2026-02-27,L1,"=HYPERLINK(""x"")",x,2.55,GBP\n')
    assert "'=HYPERLINK" in desk.export().read_text()
    desk.retry(desk.corrected({1: {"quantity": "3"}}))
    content = json.loads(desk.rows("orders")[0]["content"])
    assert content["lines"][0]["name"] == '=HYPERLINK("x")'


@pytest.mark.parametrize("name", ["o.jsonl", "o.json"])
def test_json_rows_and_documents_are_corrected_too(small_desk, name):
    desk = small_desk
    flat = {"order_id": "A1", "customer_id": "C7", "order_date": "2026-02-27", "sku": "L1", "name": "Lantern",
            "quantity": "x", "unit_price": "2.55", "currency": "GBP"}  # fmt: skip
    desk.ingest(name, json.dumps([flat]) if name == "o.json" else json.dumps(flat) + "\n" + json.dumps(flat))
    rows = {each.id: {"quantity": str(each.id)} for each in desk.waiting()}
    assert desk.retry(desk.corrected(rows))[0].failed == 0
    assert desk.waiting() == []
    desk.check()


def test_a_json_document_is_corrected_in_its_only_cell(small_desk):
    desk = small_desk
    order = {"external_id": "A1", "customer": {"id": "C7"}, "currency": "GBP", "ordered_on": "2026-02-27",
             "lines": [{"name": "Lantern", "quantity": "six", "unit_price": "2.55"}]}  # fmt: skip
    desk.ingest("o.json", json.dumps([order]))
    text = json.dumps(order).replace("six", "6")
    (outcome,) = desk.retry(desk.corrected({1: {"record": text}}))
    assert (outcome.landed, outcome.orders_new) == (1, 1)
    desk.check()


def test_rows_of_several_files_are_retried_file_by_file(desk):
    desk.ingest("one.csv", HEADER + "A1,C7,2026-02-27,L1,Lantern,x,2.55,GBP\n")
    desk.ingest("two.csv", "order_no;customer;date;item;qty;price;currency\nB1;C7;2026-02-27;L1;x;2,50;EUR\n")
    fixed = desk.corrected({1: {"quantity": "1"}, 2: {"qty": "2"}})
    outcomes = desk.retry(fixed)
    assert [(each.file, each.landed) for each in outcomes] == [("one.csv", 1), ("two.csv", 1)]
    assert [row["external_id"] for row in desk.rows("orders")] == ["A1", "B1"]
    desk.check()


def test_a_sheet_that_is_none_is_refused_with_one_sentence(small_desk):
    desk = small_desk
    desk.ingest("o.csv", FILE)
    row = sheet.ROW
    for text, match in (
        ("order_id,quantity\nA1,2\n", f"no column `{row}`"),
        (f"{row},quantity\n1,2\n1,3\n", "Row 1 stands in the sheet twice"),
        (f"{row},quantity\none,2\n", "must be the number of a row"),
        (f"{row},quantity,colour\n1,2,red\n", "Row 1: its file has no column 'colour'"),
    ):
        with pytest.raises(BadInput, match=match):
            desk.retry(desk.file("sheet.csv", text))
    with pytest.raises(NotFound, match="There is no quarantined row 99"):
        desk.retry(desk.file("sheet.csv", f"{row},quantity\n99,2\n"))


def test_a_file_that_is_gone_from_the_archive_cannot_be_retried(small_desk):
    desk = small_desk
    desk.ingest("o.csv", FILE)
    fixed = desk.corrected({1: {"quantity": "7"}})
    archived = desk.settings.archive / desk.rows("files")[0]["archived_as"]
    archived.write_text(FILE.replace("2.55", "9.99"))
    assert "is not the file that came in as o.csv" in desk.retry(fixed)[0].refused
    archived.unlink()
    assert "is gone" in desk.retry(fixed)[0].refused
    assert len(desk.waiting()) == 3


def test_a_file_read_again_under_another_mapping_replaces_what_its_retries_left(small_desk):
    desk = small_desk
    desk.ingest("o.csv", FILE)
    desk.retry(desk.corrected({3: {"quantity": "0"}}))
    mapping = desk.file("other.yaml", (
        "name: generic\ncolumns: {external_id: [order_id], customer_id: [customer_id], "
        "ordered_on: [order_date], code: [sku], quantity: [quantity], unit_price: [unit_price]}\n"
        "constants: {currency: GBP}\n"))  # fmt: skip
    desk.ingest("o.csv", FILE, mapping=str(mapping))
    assert sorted(each.line for each in desk.waiting()) == [3, 4, 5]


def test_stretches_of_ids_are_short():
    assert stretches([9, 3, 4, 5, 11]) == "3-5, 9, 11"
    assert stretches([]) == ""
