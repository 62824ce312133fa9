"""Issuing: gapless, once, with audit and outbox in the same transaction, on both databases."""

import json
from decimal import Decimal

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from fakturo.finding import Finding
from fakturo.invoice import Invoice, content_sha256
from fakturo.ledger import audit_chain, audit_check
from fakturo.ledger.issuing.chunk import issue_chunk, issue_waiting
from fakturo.ledger.open import reading, writing
from fakturo.ledger.orders import queue as work
from fakturo.ledger.orders.drafts import save_draft
from fakturo.ledger.tables import audit, customers, drafts, findings, invoices, orders, outbox
from fakturo.seller import Seller

SELLER = Seller()


def claim(engine, now, lane="rules", worker="w1"):
    return work.claim(engine, lane=lane, worker=worker, limit=500, now=now, lease_s=60)


def issue(engine, now, worker="w1", **changes):
    known = {"seller": SELLER, "now": now, "worker": worker, "run_id": "run-1"}
    return issue_chunk(engine, claim(engine, now, worker=worker), **known | changes)


def rows(engine, table):
    with reading(engine) as connection:
        return connection.execute(select(table).order_by(table.c[table.primary_key.columns.keys()[0]])).all()


def test_an_issued_order_has_number_content_hash_audit_and_event(engine, queue, order, now):
    order_id = queue(order)
    outcome = issue(engine, now)
    assert (outcome.issued, outcome.numbers) == (1, ("INV-2026-000001",))
    (invoice,) = rows(engine, invoices)
    assert (invoice.order_id, invoice.net_minor, invoice.tax_minor, invoice.total_minor) == (
        order_id,
        3000,
        600,
        3600,
    )
    assert invoice.content_sha256 == content_sha256(invoice.content)
    assert Invoice.model_validate_json(invoice.content).number == "INV-2026-000001"
    (entry,) = rows(engine, audit)
    assert (entry.action, entry.subject, entry.actor) == ("invoice.issued", "invoice:INV-2026-000001", "w1")
    (event,) = rows(engine, outbox)
    assert json.loads(event.payload) == json.loads(entry.details)
    (kept,) = rows(engine, orders)
    assert (kept.status, kept.leased_by) == ("issued", None)
    assert invoice.issued_at == now


def test_numbers_follow_the_queue_without_gap(engine, queue, order, now):
    for position in range(450):
        queue(order, external_id=f"A-{position:03}")
    chunks = []
    total = issue_waiting(
        engine,
        seller=SELLER,
        worker="w1",
        clock=lambda: now,
        lease_s=60,
        on_progress=lambda each: chunks.append(each.issued),
    )
    assert chunks == [200, 200, 50]
    assert total.issued == 450
    issued = rows(engine, invoices)
    assert [invoice.seq for invoice in issued] == list(range(1, 451))
    assert [invoice.order_id for invoice in issued] == sorted(invoice.order_id for invoice in issued)
    with reading(engine) as connection:
        assert audit_check.examine(connection) == (450, [])


def test_a_failed_transaction_spends_no_number(engine, queue, order, now, monkeypatch):
    queue(order)

    def die(*_args, **_kwargs):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(audit_chain, "append", die)
        with pytest.raises(RuntimeError, match="power cut"):
            issue(engine, now)
    assert rows(engine, invoices) == []
    assert rows(engine, outbox) == []
    work.release_worker(engine, "w1", now)
    assert issue(engine, now).numbers == ("INV-2026-000001",)


def test_who_lost_the_lease_issues_nothing(engine, queue, order, now):
    queue(order)
    stale = claim(engine, now, worker="slow")
    work.release_worker(engine, "slow", now)
    assert issue(engine, now, worker="quick").issued == 1
    late = issue_chunk(engine, stale, seller=SELLER, now=now, worker="slow")
    assert (late.issued, late.skipped) == (0, 1)
    assert len(rows(engine, invoices)) == 1


def test_an_issued_invoice_cannot_be_changed_or_deleted(engine, queue, order, now):
    queue(order)
    issue(engine, now)
    with pytest.raises(DBAPIError, match="write a credit note"), writing(engine) as connection:
        connection.execute(update(invoices).values(total_minor=1))
    with pytest.raises(DBAPIError, match="write a credit note"), writing(engine) as connection:
        connection.execute(text("DELETE FROM invoices"))
    with pytest.raises(DBAPIError, match="append-only"), writing(engine) as connection:
        connection.execute(text("DELETE FROM audit"))
    with writing(engine) as connection:
        connection.execute(update(invoices).values(payment_status="paid"))


def test_a_doubtful_order_goes_to_review_and_the_rest_is_issued(engine, queue, order, now):
    doubtful = queue(order.model_copy(update={"stated_total": Decimal(99)}), external_id="odd")
    queue(order)
    outcome = issue(engine, now)
    assert (outcome.issued, outcome.review) == (1, 1)
    (finding,) = rows(engine, findings)
    assert (finding.order_id, finding.stage, finding.code) == (doubtful, "issue", "stated_amount_differs")
    (kept,) = [row for row in rows(engine, orders) if row.id == doubtful]
    assert kept.status == "needs_review"
    assert "states a total of 99 GBP" in kept.status_reason


def test_the_same_purchase_order_and_total_is_not_invoiced_twice(engine, queue, order, now):
    with_po = order.model_copy(update={"po_number": "PO-7"})
    queue(with_po)
    assert issue(engine, now).issued == 1
    queue(with_po, external_id="A-2")
    queue(with_po.model_copy(update={"lines": order.lines[:1]}), external_id="A-3")
    outcome = issue(engine, now)
    assert (outcome.issued, outcome.review) == (1, 1)
    assert [row.code for row in rows(engine, findings)] == ["po_already_invoiced"]


def test_twins_in_one_chunk_are_not_both_issued(engine, queue, order, now):
    with_po = order.model_copy(update={"po_number": "PO-7"})
    queue(with_po)
    queue(with_po, external_id="A-2")
    outcome = issue(engine, now)
    assert (outcome.issued, outcome.review) == (1, 1)


def test_a_cancellation_asks_for_a_credit_note(engine, queue, order, now):
    queue(order.model_copy(update={"kind": "cancellation", "cancels": "A-0"}), external_id="C-1")
    outcome = issue(engine, now)
    assert (outcome.issued, outcome.credit_requested) == (0, 1)
    (kept,) = rows(engine, orders)
    assert (kept.status, kept.status_reason) == ("credit_requested", "Credit note asked for order A-0.")
    assert rows(engine, invoices) == []


def test_an_order_that_does_not_read_back_goes_to_review(engine, queue, order, now):
    queue(order, content='{"external_id": "A-1"}')
    assert issue(engine, now).review == 1
    assert [row.code for row in rows(engine, findings)] == ["order_unreadable"]


def test_a_client_of_the_ledger_completes_and_overrides(engine, queue, order, now):
    with writing(engine) as connection:
        connection.execute(
            insert(customers).values(
                id="C-1",
                name="Blue Door Ltd",
                content='{"id":"C-1","city":"Leeds"}',
                terms_days=10,
                tax_category="S",
                tax_rate="5",
                first_seen_at=now,
                updated_at=now,
            )
        )
    queue(order)
    issue(engine, now)
    (invoice,) = rows(engine, invoices)
    assert invoice.tax_minor == 150
    assert str(invoice.due_date) == "2026-03-12"
    assert Invoice.model_validate_json(invoice.content).buyer.city == "Leeds"


def test_a_proved_draft_of_free_text_is_issued_with_its_draft(engine, queue, order, now):
    order_id = queue(raw="six lanterns and a cake stand", external_id="mail-1")
    claim(engine, now, lane="model")
    saved = save_draft(
        engine, order_id, order, drafter="model", findings=[], now=now, worker="w1", model="m", reasks=1
    )
    assert saved
    assert issue(engine, now).issued == 1
    (draft,) = rows(engine, drafts)
    (invoice,) = rows(engine, invoices)
    assert (invoice.draft_id, draft.drafter, draft.outcome, draft.reasks) == (draft.id, "model", "proved", 1)


def test_an_unproved_draft_waits_for_a_person_with_its_findings(engine, queue, order, now):
    order_id = queue(raw="make it 7", external_id="mail-1")
    claim(engine, now, lane="model")
    finding = Finding(
        code="quantity_not_in_source", message="7 lanterns are not in the text.", place="line 1"
    )
    assert save_draft(engine, order_id, order, drafter="model", findings=[finding], now=now, worker="w1")
    (kept,) = rows(engine, orders)
    assert (kept.status, kept.status_reason, kept.content) == ("needs_review", finding.message, None)
    (draft,) = rows(engine, drafts)
    assert draft.outcome == "refused"
    assert json.loads(draft.content)["external_id"] == "A-1"


def test_a_draft_that_came_to_nothing_waits_for_a_person(engine, queue, now):
    order_id = queue(raw="hello", external_id="mail-1")
    claim(engine, now, lane="model")
    assert save_draft(engine, order_id, None, drafter="model", findings=[], now=now, worker="w1")
    assert rows(engine, orders)[0].status == "needs_review"


def test_a_draft_after_the_lease_was_lost_is_not_written(engine, queue, order, now):
    order_id = queue(raw="x", external_id="mail-1")
    claim(engine, now, lane="model", worker="slow")
    work.release_worker(engine, "slow", now)
    assert not save_draft(engine, order_id, order, drafter="model", findings=[], now=now, worker="slow")
    assert rows(engine, drafts) == []


def test_a_tampered_ledger_is_found_out(engine, queue, order, now):
    for name in ("A-1", "A-2", "A-3"):
        queue(order, external_id=name)
    issue(engine, now)
    with writing(engine) as connection:
        for trigger in ("invoices_no_update", "invoices_no_delete"):
            on = " ON invoices" if engine.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER {trigger}{on}"))
        changed = text("UPDATE invoices SET content = replace(content, '2.55', '2.56') WHERE seq = 1")
        connection.execute(changed)
        connection.execute(text("DELETE FROM invoices WHERE seq = 2"))
        connection.execute(update(invoices).where(invoices.c.seq == 3).values(number="INV-2026-000009"))
    with reading(engine) as connection:
        _, problems = audit_check.examine(connection)
    assert problems == [
        "Invoice INV-2026-000001 is not what was issued: its content was changed.",
        "Invoice INV-2026-000009 has no audit entry.",
        "Invoice INV-2026-000002 was issued and is gone.",
        "Invoice INV-2026-000003 was issued and is gone.",
    ]


def test_a_cut_or_broken_log_is_found_out(engine, queue, order, now):
    queue(order)
    queue(order, external_id="A-2")
    issue(engine, now)
    on = " ON audit" if engine.dialect.name == "postgresql" else ""
    with writing(engine) as connection:
        connection.execute(text(f"DROP TRIGGER audit_no_delete{on}"))
        connection.execute(text("DELETE FROM audit WHERE seq = 2"))
    with reading(engine) as connection:
        assert (
            audit_check.examine(connection)[1][0] == "The audit log is broken: entries after 1 were cut off."
        )
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM audit WHERE seq = 1"))
        count = connection.execute(select(func.count()).select_from(audit)).scalar_one()
    assert count == 0


def test_lines_of_an_invoice_are_rows_for_people_with_sql(engine, queue, order, now):
    queue(order)
    issue(engine, now)
    with reading(engine) as connection:
        lines = connection.execute(text("SELECT no, code, net_minor FROM invoice_lines ORDER BY no")).all()
    assert [tuple(line) for line in lines] == [(1, "85123A", 1530), (2, "22423", 1470)]
