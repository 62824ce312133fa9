"""Documents of suppliers in the ledger: once a file, audited, in one transaction, on both databases."""

import threading
from datetime import date

import pytest
from sqlalchemy import select

from fakturo.ledger import audit_check
from fakturo.ledger.landing.arrivals import FileFacts
from fakturo.ledger.open import reading
from fakturo.ledger.purchase_tables import purchase_documents
from fakturo.ledger.purchases import landing
from fakturo.ledger.purchases.landing import PurchaseDocument, land_purchase
from fakturo.ledger.tables import audit, files

BILL = PurchaseDocument(
    kind="invoice",
    type_code="380",
    syntax="CII",
    specification="urn:cen.eu:en16931:2017",
    number="4711",
    issue_date=date(2026, 3, 2),
    due_date=None,
    supplier="Lampen GmbH",
    supplier_vat_id="DE123456788",
    buyer="We",
    currency="EUR",
    net_minor=5419,
    tax_minor=1030,
    total_minor=6449,
    due_minor=None,
    is_accepted=True,
    findings="[]",
)


def facts(sha256="a" * 64):
    return FileFacts(sha256, "purchases", "a.xml", "ubl", None, 100, "aa/a.xml")


def rows(engine, table):
    with reading(engine) as connection:
        return connection.execute(select(table)).all()


def test_it_is_kept_once_with_its_file_and_audit_entry(engine, now):
    assert land_purchase(engine, facts(), BILL, now=now)[:3] == (1, 1, 0)
    assert land_purchase(engine, facts(), BILL, now=now)[:3] == (1, 0, 1)
    ((kept,), (file,)) = rows(engine, purchase_documents), rows(engine, files)
    assert (kept.file_id, kept.number, kept.total_minor, kept.due_minor) == (file.id, "4711", 6449, None)
    (entry,) = [row for row in rows(engine, audit) if row.action == "file.landed"]
    assert entry.subject == f"file:{file.id}"
    with reading(engine) as connection:
        assert audit_check.examine(connection) == (1, [])


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({"supplier": "LAMPEN"}, True),
        ({"supplier_vat_id": None}, True),
        ({"supplier": "Other", "supplier_vat_id": None}, False),
        ({"number": "4712"}, False),
    ],
)
def test_the_same_supplier_and_number_points_to_the_first(engine, now, change, is_same):
    """By VAT id or by name."""
    land_purchase(engine, facts(), BILL, now=now)
    land_purchase(engine, facts("b" * 64), BILL._replace(**change), now=now)
    first, second = rows(engine, purchase_documents)
    assert second.same_number_as == (first.id if is_same else None)


def test_a_death_before_the_end_leaves_nothing(engine, now, monkeypatch):
    def dies(*_args, **_options):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(landing.audit_chain, "append", dies)
        with pytest.raises(MemoryError):
            land_purchase(engine, facts(), BILL, now=now)
    assert rows(engine, files) == rows(engine, purchase_documents) == []
    assert land_purchase(engine, facts(), BILL, now=now).rows_accepted == 1


def test_two_at_once_keep_it_once(engine, now):
    found, gate = [], threading.Barrier(4)

    def one():
        gate.wait(30)
        found.append(land_purchase(engine, facts(), BILL, now=now).rows_accepted)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(found) == [0, 0, 0, 1]
    assert len(rows(engine, purchase_documents)) == 1
