"""Invoices of another system: their numbers kept, cancellations as credit notes, nothing lost or doubled."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, select, text

from fakturo.errors import BadInput
from fakturo.history import SERIES, issued_elsewhere
from fakturo.intake.history.import_invoices import import_invoices
from fakturo.intake.history.mapping import load
from fakturo.ledger import audit_check
from fakturo.ledger.issuing import documents
from fakturo.ledger.landing.arrivals import FileFacts, Landing
from fakturo.ledger.landing.invoices import land_invoices
from fakturo.ledger.landing.made_invoices import MadeInvoices
from fakturo.ledger.open import reading, writing
from fakturo.ledger.orders.waiting import pace
from fakturo.ledger.tables import audit, drafts, files, findings, invoices, orders, outbox, quarantine, series
from fakturo.order import Order, content, identity

HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
ROWS = (
    "536365,85123A,HOLDER,6,2010-12-01 08:26,2.55,17850,United Kingdom\n"
    "536365,71053,LANTERN,6,2010-12-01 08:26,3.39,17850,United Kingdom\n"
    "536366,22633,WARMER,5,2010-12-01 08:28,1.85,17850,United Kingdom\n"
    "C536379,85123A,HOLDER,-2,2010-12-02 09:41,2.55,17850,United Kingdom\n"
    "C536380,99999,NEVER SOLD,-1,2010-12-02 09:42,9.99,17850,United Kingdom\n"
    "536368,22633,WARMER,1,2010-12-02 10:00,1.85,,United Kingdom\n"
    "A563185,B,Adjust bad debt,1,2010-12-02 10:00,11062.06,17850,United Kingdom\n"
)
GENERIC = (
    "invoice_no,customer_id,invoice_date,due_date,description,quantity,price,tax_rate,currency,gross_total\n"
)


@pytest.fixture
def bring(engine: Engine, settings, now, tmp_path):
    """Import a file; gives the outcome."""

    def bring(rows: str = HEAD + ROWS, *, name="old.csv", mapping="online_retail", prefix="", **options):
        path = tmp_path / name
        path.write_text(rows)
        read_by = load(mapping, prefix=prefix)
        outcome = import_invoices(engine, settings, path, mapping=read_by, now=now, **options)
        told = outcome.rows_accepted + outcome.rows_duplicate + outcome.rows_quarantined
        assert told == outcome.rows_in
        return outcome

    return bring


def rows_of(engine: Engine, table=invoices):
    with reading(engine) as connection:
        return connection.execute(select(table).order_by(*table.primary_key)).all()


def numbers(engine: Engine) -> list[str]:
    return sorted(row.number for row in rows_of(engine))


def reasons(engine: Engine) -> dict[int, list[str]]:
    return {row.line: json.loads(row.reasons) for row in rows_of(engine, quarantine) if row.status == "open"}


def problems(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return audit_check.examine(connection)[1]


def test_numbers_amounts_and_days_are_those_of_the_file(engine, bring):
    outcome = bring()

    assert (outcome.rows_in, outcome.rows_accepted, outcome.rows_quarantined) == (7, 5, 2)
    found = [(r.number, r.kind, r.total_minor, r.tax_minor, str(r.issue_date)) for r in rows_of(engine)]
    assert found == [
        ("536365", "invoice", 3564, 0, "2010-12-01"),  # 6 x 2.55 + 6 x 3.39
        ("536366", "invoice", 925, 0, "2010-12-01"),  # 5 x 1.85
        ("C536379", "credit_note", 510, 0, "2010-12-02"),  # 2 x 2.55
        ("C536380", "credit_note", 999, 0, "2010-12-02"),
    ]
    assert {(row.series, json.loads(row.content)["lines"][0]["tax_category"]) for row in rows_of(engine)} == {
        (SERIES, "O")
    }


def test_every_invoice_stands_on_an_order_a_draft_and_a_file(engine, bring):
    bring()

    assert [row.kind for row in rows_of(engine, files)] == ["invoices"]
    assert {(row.lane, row.status, row.source) for row in rows_of(engine, orders)} == {
        ("history", "issued", "imported/online_retail")
    }
    assert [(row.drafter, row.outcome) for row in rows_of(engine, drafts)] == [("import", "proved")] * 4


def test_a_bad_debt_and_a_row_without_customer_wait_with_their_reasons(engine, bring):
    bring()

    assert reasons(engine) == {
        7: ["customer_id is missing."],
        8: ["This is a bad debt adjustment, not an order."],
    }


def test_a_cancellation_corrects_the_invoice_it_takes_back_if_that_is_known(engine, bring):
    bring()

    by_number = {row.number: row for row in rows_of(engine)}
    assert by_number["C536379"].corrects_id == by_number["536365"].id
    assert by_number["C536380"].corrects_id is None
    [finding] = rows_of(engine, findings)
    assert (finding.code, finding.order_id) == ("original_unknown", by_number["C536380"].order_id)
    assert finding.message.startswith("Credit note C536380 names no known invoice of customer 17850")


def test_goods_that_were_taken_back_are_not_taken_back_again(engine, bring):
    again = (
        "C536399,85123A,HOLDER,-5,2010-12-03 09:41,2.55,17850,United Kingdom\n"  # of 6, 2 are back already
    )
    bring(HEAD + ROWS + again)

    assert {row.number for row in rows_of(engine) if row.corrects_id is not None} == {"C536379"}


def test_goods_that_an_earlier_file_took_back_are_not_taken_back_again(engine, bring):
    bring()
    again = "C536399,85123A,HOLDER,-5,2010-12-03 09:41,2.55,17850,United Kingdom\n"
    bring(HEAD + again, name="later.csv")

    assert {row.number for row in rows_of(engine) if row.corrects_id is not None} == {"C536379"}


def test_what_is_left_of_goods_may_be_taken_back_by_a_later_file(engine, bring):
    bring()
    left = "C536399,85123A,HOLDER,-4,2010-12-03 09:41,2.55,17850,United Kingdom\n"
    bring(HEAD + left, name="later.csv")

    assert {row.number for row in rows_of(engine) if row.corrects_id is not None} == {"C536379", "C536399"}


def test_a_free_line_is_a_line_and_an_invoice_of_nothing_is_paid(engine, bring):
    bring(
        HEAD
        + "1,A,PAID,1,2010-12-02 10:00,1.85,17850,United Kingdom\n"
        + "1,B,GIFT,3,2010-12-02 10:00,0,17850,United Kingdom\n"
        + "2,B,GIFT,3,2010-12-02 10:00,0,17850,United Kingdom\n"
    )

    found = [(r.number, r.total_minor, r.payment_status) for r in rows_of(engine)]
    assert found == [("1", 185, "open"), ("2", 0, "paid")]


def test_the_due_date_is_that_of_the_file_and_tax_what_it_states(engine, bring):
    bring(
        GENERIC
        + "R1,C1,2024-05-02,2024-05-16,Book,2,10.00,7,EUR,69.10\n"  # 20.00 at 7 % and 40.00 at 19 %
        + "R1,C1,2024-05-02,2024-05-16,Pen,4,10.00,19,EUR,69.00\n".replace("69.00", "69.10"),
        mapping="generic",
    )

    assert reasons(engine) == {2: [WRONG_TOTAL], 3: [WRONG_TOTAL]}  # 21.40 + 47.60 are 69.00
    bring(
        GENERIC
        + "R1,C1,2024-05-02,2024-05-16,Book,2,10.00,7,EUR,69.00\n"
        + "R1,C1,2024-05-02,2024-05-16,Pen,4,10.00,19,EUR,69.00\n",
        mapping="generic",
        name="corrected.csv",
    )
    [row] = rows_of(engine)
    assert (row.due_date, row.net_minor, row.tax_minor, row.total_minor) == (
        date(2024, 5, 16),
        6000,
        900,  # 1.40 + 7.60
        6900,
    )


WRONG_TOTAL = "The file states a total of 69.1 EUR, but its lines give 69.00."


def test_an_invoice_comes_in_whole_or_not_at_all(engine, bring):
    outcome = bring(
        GENERIC
        + "R1,C1,2024-05-02,2024-05-16,Book,2,10.00,,EUR,\n"
        + "R1,C1,2024-05-02,2024-05-16,Pen,many,10.00,,EUR,\n"
        + "R2,C1,2024-05-02,2024-05-16,Ink,1,3.00,,EUR,\n",
        mapping="generic",
    )

    assert (outcome.rows_accepted, outcome.rows_quarantined, numbers(engine)) == (1, 2, ["R2"])
    assert reasons(engine) == {
        2: ["Other lines of this invoice or beside it are quarantined: it comes in whole."],
        3: ["quantity 'many' is not a number."],
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("R1,C1,2024-05-02,2024-04-30,Pen,1,1.00,,EUR,", "must lie 0 to 365 days after 2024-05-02."),
        ("R1,C1,2026-04-02,,Pen,1,1.00,,EUR,", "It is dated 2026-04-02, in the future; check its date."),
        ("R1,C1,2024-05-02,,Pen,1,1.00,,EUR,2.00", "states a total of 2 EUR, but its lines give 1.00."),
        ("R1,C1,2024-05-02,,Pen,1,-1.00,,EUR,", "unit_price -1 must not be below 0."),
        (f"{'9' * 61},C1,2024-05-02,,Pen,1,1.00,,EUR,", "has 61 letters; 60 are allowed."),
    ],
    ids=["due before issue", "tomorrow's", "other total", "negative", "long number"],
)
def test_what_cannot_have_been_issued_is_quarantined(engine, bring, row, reason):
    bring(GENERIC + row + "\n", mapping="generic")

    assert reason in reasons(engine)[2][0]
    assert rows_of(engine) == []


@pytest.mark.parametrize(
    ("category", "rate", "reason"),
    [
        ("S", "", "Line 1 has tax category S and no rate; give the rate in percent."),
        ("Z", "19", "Tax category Z has rate 19 %; it must be 0, or the category S."),
    ],
    ids=["a category without its rate", "a rate that the category forbids"],
)
def test_a_tax_that_is_not_whole_is_no_claim(engine, bring, category, rate, reason):
    head = "invoice_no,customer_id,date,sku,quantity,price,currency,tax_category,tax_rate\n"
    bring(head + f"R1,C1,2024-05-02,A,1,1.00,EUR,{category},{rate}\n", mapping="generic")

    assert reasons(engine) == {2: [reason]}


def test_one_row_an_invoice_may_be_negative_and_name_what_it_corrects(engine, bring):
    head = "invoice_number,customer,date,due,net_amount,vat_rate,gross_amount,currency,credited_invoice\n"
    bring(
        head
        + "R1,C1,2024-05-02,2024-06-01,100.00,19,119.00,EUR,\n"
        + "G1,C1,2024-05-09,2024-05-09,-40.00,19,-47.60,EUR,R1\n"
        + "G2,C2,2024-05-09,2024-05-09,-40.00,19,-47.60,EUR,R1\n",  # of another customer
        mapping="generic_amounts",
    )

    found = [(r.number, r.kind, r.total_minor, r.corrects_id) for r in rows_of(engine)]
    first = rows_of(engine)[0].id
    assert found == [
        ("R1", "invoice", 11900, None),
        ("G1", "credit_note", 4760, first),
        ("G2", "credit_note", 4760, None),
    ]


def test_the_mapping_that_the_docs_show_reads_what_it_says(engine, bring, tmp_path):
    page = (Path(__file__).parents[2] / "docs/history.md").read_text()
    [shown] = re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "own.yaml").write_text(shown)

    bring(
        "Beleg;Konto;Belegdatum;Fällig;Netto;Satz;Brutto;Art;Zu Beleg\n"
        "17;K1;02.05.2024;16.05.2024;100,00;19;119,00;RE;\n"
        "18;K1;09.05.2024;;40,00;19;47,60;GU;17\n",
        mapping=str(tmp_path / "own.yaml"),
    )

    found = [(r.number, r.kind, r.total_minor, str(r.due_date), r.corrects_id) for r in rows_of(engine)]
    first = rows_of(engine)[0].id
    assert found == [
        ("OLD-17", "invoice", 11900, "2024-05-16", None),
        ("OLD-18", "credit_note", 4760, "2024-06-08", first),  # no due date: the seller's 30 days
    ]


def test_the_same_file_again_changes_nothing(engine, bring):
    bring()
    before = [rows_of(engine, table) for table in (invoices, orders, quarantine, files, audit)]

    again = bring()

    assert (again.orders_new, again.orders_duplicate) == (0, 4)
    assert [rows_of(engine, table) for table in (invoices, orders, quarantine, files, audit)] == before


def test_the_same_invoices_in_another_file_change_nothing(engine, bring):
    bring()
    before = rows_of(engine)

    assert bring(HEAD + ROWS + "\n", name="copy.csv").orders_new == 0
    assert rows_of(engine) == before
    assert problems(engine) == []


def test_a_file_in_two_halves_gives_what_it_gives_whole(engine, bring):
    lines = ROWS.splitlines(keepends=True)
    bring(HEAD + "".join(lines[:3]), name="one.csv")
    bring(HEAD + "".join(lines[3:]), name="two.csv")

    by_number = {row.number: row for row in rows_of(engine)}
    assert {number: row.total_minor for number, row in by_number.items()} == {
        "536365": 3564,
        "536366": 925,
        "C536379": 510,
        "C536380": 999,
    }
    assert by_number["C536379"].corrects_id == by_number["536365"].id


def test_two_imports_of_one_file_at_once_are_one(engine, bring):
    together = Barrier(2)

    def import_it(name: str):
        together.wait()
        return bring(name=name)

    with ThreadPoolExecutor(2) as both:
        outcomes = list(both.map(import_it, ("one.csv", "two.csv")))

    assert sorted((each.orders_new, each.orders_duplicate) for each in outcomes) == [(0, 4), (4, 0)]
    assert len(rows_of(engine)) == 4
    assert problems(engine) == []


def test_what_dies_at_the_last_step_leaves_nothing_and_the_next_try_brings_all(engine, bring, monkeypatch):
    with monkeypatch.context() as dying:
        dying.setattr("fakturo.ledger.landing.invoices.log_import", dies)
        with pytest.raises(KeyboardInterrupt):
            bring()
    assert [rows_of(engine, table) for table in (invoices, orders, quarantine, files, audit)] == [[]] * 5

    assert bring().orders_new == 4
    assert problems(engine) == []


def dies(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_dry_run_says_what_would_come_of_it_and_writes_nothing(engine, bring):
    outcome = bring(dry_run=True)

    assert (outcome.orders_new, outcome.rows_quarantined) == (4, 2)
    assert rows_of(engine) == rows_of(engine, orders) == rows_of(engine, files) == []


def test_other_content_under_a_number_is_told_and_the_first_stands(engine, bring):
    bring()
    before = rows_of(engine)

    changed = bring(HEAD + ROWS.replace("2.55", "2.65"), name="changed.csv")

    assert changed.orders_conflict == 2  # 536365 and C536379
    assert rows_of(engine) == before
    rejected = [row for row in rows_of(engine, orders) if row.conflict_of is not None]
    assert [row.status for row in rejected] == ["rejected", "rejected"]
    assert all("the first one stands" in row.status_reason for row in rejected)
    assert problems(engine) == []


def test_a_number_of_another_system_is_not_overwritten_and_a_prefix_keeps_both(engine, bring):
    bring()
    clash = "536365,X,OTHER,1,2010-12-01,7.00,99,France\n599999,X,OTHER,1,2010-12-01,8.00,99,France\n"

    first = bring(HEAD + clash, source="shop", name="shop.csv")
    assert (first.rows_accepted, first.rows_quarantined) == (1, 1)
    assert "Number 536365 belongs to another invoice already" in reasons(engine)[2][0]

    then = bring(HEAD + clash, source="shop", name="shop.csv", prefix="S-")
    assert (then.orders_new, then.orders_duplicate) == (1, 1)  # 599999 stands already, and is not doubled
    assert numbers(engine) == ["536365", "536366", "599999", "C536379", "C536380", "S-536365"]
    assert [row for row in rows_of(engine, quarantine) if row.line == 2 and row.status == "open"] == []
    assert problems(engine) == []


def test_a_number_that_was_taken_meanwhile_refuses_the_file_whole(engine, settings, now, bring):
    bring(HEAD + "7,A,A,1,2010-12-01,7.00,99,France\n")
    order = Order.model_validate_json(rows_of(engine, orders)[0].content)
    late = Landing("7", identity(order), "order", "rules", "queued", 1, content=content(order))
    late = late._replace(customer=order.customer.model_dump_json(), customer_id="99", currency="GBP")
    before = rows_of(engine, orders)

    with MadeInvoices(None) as made:
        made.add(late, issued_elsewhere(order, number="7", seller=settings.seller))
        with pytest.raises(BadInput, match="Number 7 was given to another invoice meanwhile"):
            land_invoices(
                engine,
                FileFacts("0" * 64, "imported/late", "late.csv", "csv", "m@1", 1, None),
                rows_in=1,
                rows_duplicate=0,
                landings=lambda: [late],
                refused=list,
                now=now,
                made=made,
            )
    assert rows_of(engine, orders) == before


def test_what_is_no_table_is_refused(bring):
    outcome = bring("Dear Sirs, please send us 5 lanterns.", name="letter.txt")

    assert "This is no table of invoices but txt" in (outcome.refused or "")


def test_history_makes_no_document_and_tells_nobody(engine, bring):
    bring()

    assert documents.count_unrendered(engine) == 0
    assert rows_of(engine, outbox) == []


def test_an_import_says_nothing_about_how_fast_we_issue(engine, bring, now):
    bring()

    with reading(engine) as connection:
        assert pace(connection, "rules", now).per_s is None


def test_imported_invoices_are_counted_without_a_gap(engine, bring):
    bring()
    bring(HEAD + "1,A,A,1,2010-12-01,7.00,99,France\n", name="more.csv")

    assert sorted(row.seq for row in rows_of(engine)) == [1, 2, 3, 4, 5]
    with reading(engine) as connection:
        assert connection.execute(select(series.c.name, series.c.next_seq)).all() == [(SERIES, 6)]
    entries = [row for row in rows_of_audit(engine) if row.action == "invoices.imported"]
    stretches = [(told["first_seq"], told["last_seq"]) for told in (json.loads(e.details) for e in entries)]
    assert stretches == [(1, 4), (5, 5)]


def rows_of_audit(engine: Engine):
    with reading(engine) as connection:
        return connection.execute(select(audit).order_by(audit.c.seq)).all()


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        (
            "UPDATE invoices SET content = replace(content, 'WARMER', 'LAMP')",
            ["Imported invoices of file:1 are not what was imported."],
        ),
        (
            "DELETE FROM invoices WHERE number = '536366'",
            ["Imported invoices of file:1 are not what was imported."],
        ),
        (
            "UPDATE invoices SET seq = 99 WHERE number = '536366'",
            [
                "Invoice 536366 stands among the imported ones but no import was logged for it.",
                "Imported invoices of file:1 are not what was imported.",
            ],
        ),
    ],
    ids=["changed", "lost", "added"],
)
def test_the_audit_finds_what_was_changed_lost_or_added(engine, bring, slip, told):
    bring()
    bring(HEAD + "1,A,A,1,2010-12-01,7.00,99,France\n", name="more.csv")
    assert problems(engine) == []

    with writing(engine) as connection:
        for trigger in ("invoices_no_update", "invoices_no_delete"):
            on = "" if engine.dialect.name == "sqlite" else " ON invoices"
            connection.execute(text(f"DROP TRIGGER {trigger}{on}"))
        connection.execute(text(slip))

    assert problems(engine) == told
