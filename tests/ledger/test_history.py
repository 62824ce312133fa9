"""Invoices of another system: their numbers kept, cancellations as credit notes, nothing lost or doubled."""

import pytest
from sqlalchemy import Engine, select, text

from fakturo.intake.ingest import ingest_file
from fakturo.ledger import audit_check, documents
from fakturo.ledger.history import lander
from fakturo.ledger.open import reading
from fakturo.ledger.tables import files, invoices, orders, outbox

HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
ROWS = (
    "536365,85123A,HOLDER,6,2010-12-01 08:26,2.55,17850,United Kingdom\n"
    "536365,71053,LANTERN,6,2010-12-01 08:26,3.39,17850,United Kingdom\n"
    "536366,22633,WARMER,5,2010-12-01 08:28,1.85,17850,United Kingdom\n"
    "C536379,85123A,HOLDER,-2,2010-12-02 09:41,2.55,17850,United Kingdom\n"
    "C536380,99999,NEVER SOLD,-1,2010-12-02 09:42,9.99,17850,United Kingdom\n"
    "536367,22633,WARMER,1,2010-12-02 10:00,0.00,17850,United Kingdom\n"
    "536368,22633,WARMER,1,2010-12-02 10:00,1.85,,United Kingdom\n"
)


@pytest.fixture
def bring(engine: Engine, settings, now, tmp_path):
    """Import rows under a file's name; gives the outcome."""

    def bring(rows: str = ROWS, *, name: str = "old.csv", prefix: str = "", source: str = "old"):
        path = tmp_path / name
        path.write_text(HEAD + rows)
        return ingest_file(
            engine,
            settings,
            path,
            mapping="online_retail",
            source=f"imported/{source}",
            now=now,
            lander=lander(settings.seller, prefix),
        )

    return bring


def rows_of(engine: Engine):
    with reading(engine) as connection:
        return connection.execute(select(invoices).order_by(invoices.c.number)).all()


def test_numbers_amounts_and_days_are_those_of_the_file(engine, bring):
    outcome = bring()
    assert (outcome.rows_in, outcome.rows_accepted, outcome.rows_quarantined) == (7, 5, 2)
    found = [
        (r.number, r.kind, r.series, r.total_minor, r.tax_minor, str(r.issue_date)) for r in rows_of(engine)
    ]
    assert found == [
        ("536365", "invoice", "imported", 3564, 0, "2010-12-01"),  # 6 x 2.55 + 6 x 3.39
        ("536366", "invoice", "imported", 925, 0, "2010-12-01"),  # 5 x 1.85
        ("C536379", "credit_note", "imported", 510, 0, "2010-12-02"),  # 2 x 2.55
        ("C536380", "credit_note", "imported", 999, 0, "2010-12-02"),
    ]


def test_a_cancellation_corrects_the_invoice_it_takes_back_if_that_is_known(engine, bring):
    bring()
    by_number = {row.number: row for row in rows_of(engine)}
    assert by_number["C536379"].corrects_id == by_number["536365"].id
    assert by_number["C536380"].corrects_id is None


def test_the_same_file_again_changes_nothing(engine, bring):
    bring()
    before = rows_of(engine)
    again = bring()
    assert (again.orders_new, again.orders_duplicate) == (0, 4)
    assert rows_of(engine) == before
    same_rows = bring(ROWS + "\n", name="copy.csv")
    assert same_rows.orders_new == 0
    assert rows_of(engine) == before


def test_other_content_under_a_number_is_told_and_the_first_stands(engine, bring):
    bring()
    before = rows_of(engine)
    changed = bring(ROWS.replace("2.55", "2.65"), name="changed.csv")
    assert changed.orders_conflict == 2  # 536365 and C536379
    assert rows_of(engine) == before
    with reading(engine) as connection:
        reasons = connection.execute(
            select(orders.c.status, orders.c.status_reason).where(orders.c.conflict_of.is_not(None))
        ).all()
    assert {status for status, _ in reasons} == {"rejected"}
    assert all("the first one stands" in reason for _, reason in reasons)


def test_a_number_of_another_system_is_not_overwritten_and_a_prefix_keeps_both(engine, bring):
    bring()
    bring(source="other", name="other.csv")
    assert len(rows_of(engine)) == 4
    with reading(engine) as connection:
        told = connection.execute(
            select(orders.c.status_reason).where(orders.c.status == "rejected")
        ).scalars()
        assert all("--prefix" in each for each in told)
    bring(source="third", name="third.csv", prefix="B-")
    assert [row.number for row in rows_of(engine) if row.number.startswith("B-")] == [
        "B-536365",
        "B-536366",
        "B-C536379",
        "B-C536380",
    ]


def test_the_file_says_that_it_held_invoices(engine, bring):
    bring()
    with reading(engine) as connection:
        assert connection.execute(select(files.c.kind)).scalar_one() == "invoices"


def test_history_makes_no_document_and_tells_nobody(engine, bring):
    bring()
    assert documents.count_unrendered(engine) == 0
    with reading(engine) as connection:
        assert connection.execute(select(outbox.c.id)).all() == []


def test_the_audit_finds_a_changed_and_a_lost_import(engine, bring):
    bring()
    with reading(engine) as connection:
        assert audit_check.examine(connection)[1] == []
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.begin() as connection:
        on = "" if is_sqlite else " ON invoices"
        connection.execute(text(f"DROP TRIGGER invoices_no_update{on}"))
        connection.execute(text("UPDATE invoices SET content = replace(content, 'WARMER', 'LAMP')"))
    with reading(engine) as connection:
        assert audit_check.examine(connection)[1] == [
            "Imported invoices of file:1 are not what was imported."
        ]
