"""Cancellations become credit notes: numbered by themselves, linked, never more than the invoice holds."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from fakturo.errors import BadInput, NotFound
from fakturo.invoice import Invoice
from fakturo.ledger import audit_check
from fakturo.ledger.issuing.asking import ask_credit
from fakturo.ledger.issuing.chunk import issue_chunk, issue_waiting
from fakturo.ledger.open import reading
from fakturo.ledger.orders import queue as work
from fakturo.ledger.tables import invoices, orders
from fakturo.order import Order
from fakturo.seller import Seller

SELLER = Seller()


@pytest.fixture
def cancel(queue, order):
    """Queue a cancellation of the order A-1, of some of its lines in some quantity."""

    def put(external_id: str, quantities: dict[int, int] | None = None, **changes) -> int:
        wanted = quantities or {line.no: int(line.quantity) for line in order.lines}
        lines = tuple(
            line.model_copy(update={"quantity": Decimal(wanted[line.no])})
            for line in order.lines
            if line.no in wanted
        )
        cancellation = order.model_copy(
            update={"kind": "cancellation", "cancels": "A-1", "lines": lines} | changes
        )
        return queue(cancellation, external_id=external_id, cancels=cancellation.cancels)

    return put


def issue_all(engine, now):
    return issue_waiting(engine, seller=SELLER, worker="w", clock=lambda: now, lease_s=60)


def documents(engine):
    query = select(
        invoices.c.number, invoices.c.kind, invoices.c.total_minor, invoices.c.status, invoices.c.corrects_id
    )
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(query.order_by(invoices.c.id))]


def status(engine, order_id):
    with reading(engine) as connection:
        found = select(orders.c.status, orders.c.status_reason).where(orders.c.id == order_id)
        return tuple(connection.execute(found).one())


def test_a_cancelled_order_gets_its_credit_note(engine, queue, order, cancel, now):
    queue(order)
    cancel("C-1")
    outcome = issue_all(engine, now)
    assert (outcome.issued, outcome.credited, outcome.credit_requested) == (1, 1, 1)  # first it had to wait
    assert documents(engine) == [
        ("INV-2026-000001", "invoice", 3600, "credited", None),
        ("CN-2026-000001", "credit_note", 3600, "issued", 1),
    ]
    with reading(engine) as connection:
        note = Invoice.model_validate_json(
            connection.execute(select(invoices.c.content).where(invoices.c.id == 2)).scalar_one()
        )
        assert audit_check.examine(connection)[1] == []
    assert [each.number for each in note.preceding] == ["INV-2026-000001"]


def test_parts_are_credited_until_nothing_is_left(engine, queue, order, cancel, now):
    """6 x 2.55 + 14.70; taken back: 4 x 2.55 = 10.20 + 2.04, then 2 x 2.55 + 14.70 = 19.80 + 3.96."""
    queue(order)
    issue_all(engine, now)
    first, second, third = cancel("C-1", {1: 4}), cancel("C-2", {1: 2, 2: 1}), cancel("C-3", {1: 1})
    issue_all(engine, now)
    assert documents(engine) == [
        ("INV-2026-000001", "invoice", 3600, "credited", None),
        ("CN-2026-000001", "credit_note", 1224, "issued", 1),
        ("CN-2026-000002", "credit_note", 2376, "issued", 1),
    ]
    assert [status(engine, each)[0] for each in (first, second, third)] == [
        "issued",
        "issued",
        "needs_review",
    ]
    assert "has 0 of them left" in status(engine, third)[1]


def test_a_cancellation_before_its_order_waits_for_it(engine, queue, order, cancel, now):
    waiting = cancel("C-1")
    issue_all(engine, now)
    assert status(engine, waiting) == ("credit_requested", "Credit note asked for order A-1.")
    queue(order)
    issue_all(engine, now)
    assert status(engine, waiting) == ("issued", None)


def test_the_invoice_of_another_source_is_not_meant(engine, queue, order, cancel, now):
    queue(order, source="another shop")
    issue_all(engine, now)
    waiting = cancel("C-1")
    issue_all(engine, now)
    assert status(engine, waiting)[0] == "credit_requested"


def test_two_workers_never_credit_more_than_there_is(engine, queue, order, cancel, now):
    queue(order)
    issue_all(engine, now)
    ids = [cancel(f"C-{n}", {1: 2}) for n in range(6)]  # 12 asked, 6 there

    def work_on(name):
        for _ in range(40):
            claimed = work.claim(engine, lane="rules", worker=name, limit=2, now=now, lease_s=60)
            issue_chunk(engine, claimed, seller=SELLER, now=now, worker=name)

    threads = [threading.Thread(target=work_on, args=(f"w{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status(engine, each)[0] for each in ids) == ["issued"] * 3 + ["needs_review"] * 3
    assert sum(row[2] for row in documents(engine) if row[1] == "credit_note") == 3 * 612


def test_asking_for_a_credit_note_by_number(engine, queue, order, now):
    queue(order)
    issue_all(engine, now)
    asked = {"reason": "Damaged", "actor": "ann", "now": now + timedelta(days=1)}
    part = ask_credit(engine, "INV-2026-000001", lines={1: Decimal(2)}, **asked)
    assert ask_credit(engine, "INV-2026-000001", lines={1: Decimal(2)}, **asked) == part  # asked once
    issue_all(engine, now)
    rest = ask_credit(engine, "INV-2026-000001", **asked)
    issue_all(engine, now)
    assert [row[2:4] for row in documents(engine)] == [(3600, "credited"), (612, "issued"), (2988, "issued")]
    with reading(engine) as connection:
        content = connection.execute(select(orders.c.content).where(orders.c.id == rest)).scalar_one()
    assert Order.model_validate_json(content).note == "Damaged"
    with pytest.raises(BadInput, match="credited whole already"):
        ask_credit(engine, "INV-2026-000001", **asked)
    with pytest.raises(BadInput, match="is a credit note"):
        ask_credit(engine, "CN-2026-000001", **asked)
    with pytest.raises(NotFound, match="no invoice INV-9"):
        ask_credit(engine, "INV-9", **asked)


def test_more_than_is_left_of_a_line_is_refused(engine, queue, order, now):
    queue(order)
    issue_all(engine, now)
    with pytest.raises(BadInput, match="Line 1 of invoice INV-2026-000001 has 6 left; 7 is too many"):
        ask_credit(engine, "INV-2026-000001", lines={1: Decimal(7)}, reason="r", actor="a", now=now)
