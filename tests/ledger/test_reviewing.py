"""What a person decides about an order in review: once, audited, never against arithmetic."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, update

from fakturo.errors import NotAllowed
from fakturo.finding import Finding
from fakturo.invoice import Invoice, content_sha256
from fakturo.ledger import audit_chain, audit_check
from fakturo.ledger.issuing.chunk import issue_chunk
from fakturo.ledger.open import connect, reading, writing
from fakturo.ledger.orders import queue as work
from fakturo.ledger.orders.drafts import save_draft
from fakturo.ledger.predictions.usual import keep_usual
from fakturo.ledger.review import reviewing
from fakturo.ledger.review.cases import open_case, waiting
from fakturo.ledger.review.decisions import Decision, Desk
from fakturo.ledger.tables import ai_answers, ai_calls, audit, customers, drafts, findings, invoices, orders
from fakturo.order import Order, content
from fakturo.seller import Seller

SELLER = Seller()
DOUBT = Finding(code="quantity_wrong", message="Quantity 6 is not the text's '7'.", place="line 1")


def rows(engine, table):
    with reading(engine) as connection:
        return connection.execute(select(table).order_by(next(iter(table.primary_key)))).all()


def row(engine, order_id):
    with reading(engine) as connection:
        return connection.execute(select(orders).where(orders.c.id == order_id)).one()


def case(engine, order_id):
    with reading(engine) as connection:
        return open_case(connection, connection.execute(select(orders).where(orders.c.id == order_id)).one())


@pytest.fixture
def desk(engine, now):
    return Desk(engine, SELLER, "ann", now + timedelta(hours=1))


def issue(engine, now, worker="w1"):
    claimed = work.claim(engine, lane="rules", worker=worker, limit=500, now=now, lease_s=60)
    return issue_chunk(engine, claimed, seller=SELLER, now=now, worker=worker)


@pytest.fixture
def refused(engine, queue, order, now):
    """A letter whose draft was not proved."""
    order_id = queue(raw="seven lanterns and a cake stand", external_id=order.external_id)
    work.claim(engine, lane="model", worker="w1", limit=1, now=now, lease_s=60)
    assert save_draft(
        engine, order_id, order, drafter="model", findings=[DOUBT], now=now, worker="w1", model="m"
    )
    return order_id


@pytest.fixture
def unread(engine, queue, now):
    """Put a letter into review that no model has drafted."""

    def put(*codes):
        order_id = queue(raw="seven lanterns", external_id="mail-1")
        work.claim(engine, lane="model", worker="w1", limit=1, now=now, lease_s=60)
        found = [Finding(code=code, message=f"{code}.") for code in codes]
        assert save_draft(engine, order_id, None, drafter="rules", findings=found, now=now, worker="w1")
        return order_id

    return put


@pytest.fixture
def repeated(engine, queue, order, now):
    """An order whose purchase order number and total were invoiced before."""
    with_po = order.model_copy(update={"po_number": "PO-7"})
    queue(with_po)
    issue(engine, now)
    second = queue(with_po, external_id="A-2")
    issue(engine, now)
    assert row(engine, second).status == "needs_review"
    return second


def test_an_approved_draft_is_issued_as_proposed(engine, refused, desk, now):
    decided = reviewing.approve(desk, case(engine, refused), model_reads=True)
    assert decided == Decision(refused, "approved", is_new=True, overruled=("quantity_wrong",))
    kept = row(engine, refused)
    assert (kept.status, kept.lane, kept.status_reason, kept.customer_id) == ("queued", "rules", None, "C-1")
    model, person = rows(engine, drafts)
    assert (model.drafter, model.outcome) == ("model", "refused")
    assert (person.drafter, person.outcome, person.content) == ("person", "proved", model.content)
    assert issue(engine, now + timedelta(hours=1)).issued == 1
    (invoice,) = rows(engine, invoices)
    assert (invoice.total_minor, invoice.draft_id) == (3600, person.id)
    assert [found.code for found in rows(engine, findings)] == ["quantity_wrong"]


def test_an_approval_says_who_why_and_what_in_the_audit_chain(engine, refused, desk):
    reviewing.approve(desk._replace(note="Phoned, six it is."), case(engine, refused), model_reads=True)
    entry = rows(engine, audit)[-1]
    assert (entry.actor, entry.action, entry.subject) == ("ann", "order.approved", f"order:{refused}")
    details = json.loads(entry.details)
    text = rows(engine, drafts)[0].content
    assert details == {
        "draft": 2,
        "note": "Phoned, six it is.",
        "overruled": ["quantity_wrong"],
        "content_sha256_before": content_sha256(text),
        "content_sha256_after": content_sha256(text),
    }
    with reading(engine) as connection:
        assert audit_check.examine(connection)[1] == []


def test_an_edit_is_issued_as_the_person_wrote_it(engine, refused, order, desk, now):
    seven = order.model_copy(
        update={"lines": (order.lines[0].model_copy(update={"quantity": Decimal(7)}), order.lines[1])}
    )
    before = case(engine, refused).content
    decided = reviewing.edit(desk, case(engine, refused), seven)
    assert (decided.action, decided.is_new) == ("edited", True)
    assert issue(engine, now + timedelta(hours=1)).issued == 1
    (invoice,) = rows(engine, invoices)
    assert invoice.net_minor == 7 * 255 + 1470
    assert Invoice.model_validate_json(invoice.content).lines[0].quantity == 7
    details = json.loads(next(each.details for each in rows(engine, audit) if each.action == "order.edited"))
    assert details["content_sha256_before"] == content_sha256(before)
    assert details["content_sha256_after"] == content_sha256(content(seven))


def test_what_code_had_understood_is_kept_when_a_person_edits_it(engine, queue, order, desk, now):
    odd = order.model_copy(update={"stated_total": Decimal(99)})
    order_id = queue(odd)
    issue(engine, now)
    first = odd.model_copy(update={"stated_total": None})
    reviewing.edit(desk, case(engine, order_id), first)
    kept = [(each.drafter, each.outcome, each.content) for each in rows(engine, drafts)]
    assert kept == [("rules", "refused", content(odd)), ("person", "proved", content(first))]


def test_a_rejected_order_is_never_issued_and_can_be_reopened(engine, refused, desk, now):
    assert reviewing.reject(desk, case(engine, refused), reason="Spam.").action == "rejected"
    assert (row(engine, refused).status, row(engine, refused).status_reason) == ("rejected", "Spam.")
    assert issue(engine, now + timedelta(hours=1)).issued == 0
    assert not work.retry(engine, refused, now=now, actor="bob")
    reviewing.reopen(desk, case(engine, refused))
    opened = case(engine, refused)
    assert (opened.status, [each.code for each in opened.findings]) == (
        "needs_review",
        ["reopened", "quantity_wrong"],
    )
    assert reviewing.approve(desk, opened, model_reads=True).is_new
    actions = [each.action for each in rows(engine, audit) if each.actor == "ann"]
    assert actions == ["order.rejected", "order.reopened", "order.approved"]


def test_a_rejection_needs_a_reason(engine, refused, desk):
    with pytest.raises(NotAllowed, match="Say why"):
        reviewing.reject(desk, case(engine, refused), reason="  ")


def test_a_second_order_under_one_purchase_order_is_issued_once_approved(engine, repeated, desk, now):
    decided = reviewing.approve(desk, case(engine, repeated), model_reads=False)
    assert decided.overruled == ("po_already_invoiced",)
    later = now + timedelta(hours=1)
    assert (issue(engine, later).issued, row(engine, repeated).status) == (1, "issued")
    assert [each.total_minor for each in rows(engine, invoices)] == [3600, 3600]


def test_an_odd_invoice_is_issued_once_a_person_approves_it(engine, queue, order, desk, now):
    line = order.lines[0]
    usual = {"product_id": line.code or f"name:{line.name}", "currency": order.currency, "line_count": 40}
    price = float(line.unit_price) / 12
    usual |= {"price": price, "low_price": price, "top_price": price, "quantity": float(line.quantity)}
    keep_usual(engine, [usual], now=now)
    held = queue(order)
    assert issue(engine, now).review == 1
    decided = reviewing.approve(desk, case(engine, held), model_reads=False)
    assert decided.overruled == ("unusual_ten_times",)
    assert issue(engine, now + timedelta(hours=1)).issued == 1


def test_three_orders_under_one_purchase_order_are_all_issued_once_approved(
    engine, queue, order, repeated, desk, now
):
    third = queue(order.model_copy(update={"po_number": "PO-7"}), external_id="A-3")
    issue(engine, now)
    for order_id in (repeated, third):
        reviewing.approve(desk, case(engine, order_id), model_reads=False)
    assert issue(engine, now + timedelta(hours=1)).issued == 2


def test_an_edit_does_not_overrule_the_purchase_order_by_itself(engine, repeated, order, desk, now):
    renamed = order.model_copy(update={"po_number": "PO-7", "external_id": "A-2", "note": "Second floor"})
    with pytest.raises(NotAllowed, match="add --overrule po_already_invoiced"):
        reviewing.edit(desk, case(engine, repeated), renamed)
    willing = desk._replace(overrule=("po_already_invoiced",))
    assert reviewing.edit(willing, case(engine, repeated), renamed).is_new
    assert issue(engine, now + timedelta(hours=1)).issued == 1


def test_what_was_overruled_holds_for_that_draft_only(engine, queue, order, desk, now):
    order_id = queue(order.model_copy(update={"stated_total": Decimal(99)}))
    issue(engine, now)
    reviewing.approve(desk, case(engine, order_id), model_reads=False)
    with writing(engine) as connection:  # the client's tax changes before it is issued
        connection.execute(update(customers).values(tax_category="S", tax_rate="5"))
    assert issue(engine, now + timedelta(hours=1)).review == 1
    assert "its lines give 31.5" in row(engine, order_id).status_reason
    again = case(engine, order_id)
    assert [each.code for each in again.findings] == ["stated_amount_differs"]
    assert reviewing.approve(desk._replace(now=now + timedelta(hours=2)), again, model_reads=False).is_new
    assert issue(engine, now + timedelta(hours=2)).issued == 1


@pytest.mark.parametrize(
    ("changes", "code", "way_out"),
    [
        ({"tax_category": "S", "tax_rate": Decimal(0)}, "tax_rate_missing", "Correct the tax with"),
        ({"tax_rate": Decimal(0)}, "tax_category_unknown", "Correct the tax with"),
        ({"adjustments": [{"kind": "allowance", "amount": "16"}]}, "line_negative", "Correct it with"),
    ],
    ids=["standard rate of zero", "zero without a category", "line below zero"],
)
def test_nobody_overrules_tax_or_arithmetic(engine, queue, order, desk, now, changes, code, way_out):
    told = order.model_dump(mode="json")
    told["lines"][0] |= changes
    order_id = queue(Order.model_validate(told))
    assert issue(engine, now).review == 1
    willing = desk._replace(overrule=(code,))
    with pytest.raises(NotAllowed, match=way_out):
        reviewing.approve(willing, case(engine, order_id), model_reads=False)
    assert row(engine, order_id).status == "needs_review"
    assert [each.drafter for each in rows(engine, drafts)] == []


def test_an_order_dated_after_today_is_approved_on_its_day(engine, queue, order, desk, now):
    order_id = queue(order.model_copy(update={"ordered_on": (now + timedelta(days=3)).date()}))
    issue(engine, now)
    with pytest.raises(NotAllowed, match="or approve on that day"):
        reviewing.approve(desk, case(engine, order_id), model_reads=False)
    then = desk._replace(now=now + timedelta(days=3))
    assert reviewing.approve(then, case(engine, order_id), model_reads=False).is_new


@pytest.mark.parametrize(("allowance", "is_allowed"), [("30", True), ("31", False)])
def test_an_invoice_over_nothing_may_be_approved_one_below_nothing_not(
    engine, queue, order, desk, now, allowance, is_allowed
):
    order_id = queue(
        Order.model_validate(
            order.model_dump() | {"adjustments": [{"kind": "allowance", "amount": allowance}]}
        )
    )
    assert issue(engine, now).review == 1
    if is_allowed:
        reviewing.approve(desk, case(engine, order_id), model_reads=False)
        assert issue(engine, now + timedelta(hours=1)).issued == 1
    else:
        with pytest.raises(NotAllowed, match="nothing or less"):
            reviewing.approve(desk, case(engine, order_id), model_reads=False)


def test_a_new_doubt_is_not_approved_unseen(engine, queue, order, refused, desk, now):
    """The letter came to review for its quantity; that its total is stated otherwise shows only now."""
    with writing(engine) as connection:
        text = content(order.model_copy(update={"stated_total": Decimal(99)}))
        connection.execute(update(drafts).values(content=text))
    with pytest.raises(NotAllowed, match="add --overrule stated_amount_differs"):
        reviewing.approve(desk, case(engine, refused), model_reads=True)
    willing = desk._replace(overrule=("stated_amount_differs",))
    assert reviewing.approve(willing, case(engine, refused), model_reads=True).is_new
    assert issue(engine, now + timedelta(hours=1)).issued == 1


def test_a_text_that_no_model_read_goes_to_the_model_once_there_is_one(engine, unread, desk, now):
    order_id = unread("no_model")
    with pytest.raises(NotAllowed, match="set FAKTURO_AI_BASE_URL and approve it again"):
        reviewing.approve(desk, case(engine, order_id), model_reads=False)
    decided = reviewing.approve(desk, case(engine, order_id), model_reads=True)
    assert (decided.action, row(engine, order_id).status, row(engine, order_id).lane) == (
        "released",
        "queued",
        "model",
    )
    assert reviewing.approve(desk, case(engine, order_id), model_reads=True).is_new is False


@pytest.mark.parametrize("code", ["ai_refused", "text_too_long", "customer_missing", "draft_incomplete"])
def test_without_a_draft_there_is_nothing_to_approve(engine, unread, desk, code):
    order_id = unread(code)
    with pytest.raises(NotAllowed, match=f"write it with `fakturo review edit {order_id}`, or reject it"):
        reviewing.approve(desk, case(engine, order_id), model_reads=True)


def test_a_person_writes_the_order_where_nothing_was_drafted(engine, unread, order, desk, now):
    order_id = unread("no_model")
    written = order.model_copy(update={"external_id": "mail-1"})
    reviewing.edit(desk, case(engine, order_id), written)
    assert issue(engine, now + timedelta(hours=1)).issued == 1


def test_a_dead_letter_can_be_written_by_hand_or_rejected(engine, queue, order, desk, now):
    order_id = queue(raw="x", external_id="A-1")
    work.claim(engine, lane="model", worker="w1", limit=1, now=now, lease_s=60)
    work.dead_letter(engine, order_id, reason="too long", now=now, worker="w1")
    assert reviewing.edit(desk, case(engine, order_id), order).is_new
    assert row(engine, order_id).status == "queued"


def test_an_edit_keeps_the_orders_own_number(engine, refused, order, desk):
    with pytest.raises(NotAllowed, match="it cannot change"):
        reviewing.edit(desk, case(engine, refused), order.model_copy(update={"external_id": "A-9"}))


def test_an_edit_may_say_that_a_letter_takes_an_order_back(engine, refused, order, desk, now):
    taken_back = order.model_copy(update={"kind": "cancellation", "cancels": "A-0"})
    reviewing.edit(desk, case(engine, refused), taken_back)
    assert issue(engine, now + timedelta(hours=1)).credit_requested == 1


@pytest.fixture
def conflict(engine, queue, order, now):
    """Two orders of one number; the second waits. Gives both ids."""
    first = queue(order)
    second = queue(
        order.model_copy(update={"note": "corrected"}),
        status="needs_review",
        conflict_of=first,
        status_reason="conflict",
    )
    return first, second


def test_of_two_orders_with_one_number_the_first_is_rejected_before_the_other_is_approved(
    engine, conflict, desk
):
    first, second = conflict
    with writing(engine) as connection:
        connection.execute(update(orders).where(orders.c.id == first).values(status="needs_review"))
    with pytest.raises(NotAllowed, match=f"reject it with `fakturo review reject {first} --reason"):
        reviewing.approve(desk, case(engine, second), model_reads=False)
    with pytest.raises(NotAllowed, match="came later and waits too"):
        reviewing.approve(desk, case(engine, first), model_reads=False)
    reviewing.reject(desk, case(engine, first), reason="Replaced.")
    assert reviewing.approve(desk, case(engine, second), model_reads=False).is_new
    assert rows(engine, drafts)[0].drafter == "person"


def test_a_second_invoice_for_one_number_needs_the_word_for_it(engine, conflict, desk, now):
    first, second = conflict
    assert issue(engine, now).issued == 1
    with pytest.raises(NotAllowed, match=f"Order {first} has the same number A-1, came first and is issued"):
        reviewing.approve(desk, case(engine, second), model_reads=False)
    willing = desk._replace(overrule=("conflict",))
    assert reviewing.approve(willing, case(engine, second), model_reads=False).overruled == ("conflict",)
    assert issue(engine, now + timedelta(hours=1)).issued == 1


def test_the_same_decision_again_writes_nothing(engine, refused, order, desk, now):
    seen = case(engine, refused)
    assert reviewing.approve(desk, seen, model_reads=True).is_new
    before = (rows(engine, drafts), rows(engine, audit), rows(engine, findings))
    late = desk._replace(actor="bob", now=now + timedelta(hours=2))
    assert not reviewing.approve(late, seen, model_reads=True).is_new
    assert not reviewing.approve(late, case(engine, refused), model_reads=True).is_new
    assert not reviewing.edit(late, case(engine, refused), order).is_new
    issue(engine, late.now)
    assert not reviewing.approve(late, case(engine, refused), model_reads=True).is_new
    drafted, _, found = before
    assert (rows(engine, drafts), rows(engine, findings)) == (drafted, found)
    reviewed = [each for each in rows(engine, audit) if each.subject == f"order:{refused}"]
    assert len(reviewed) == len(before[1])


def test_who_comes_second_is_told_what_the_first_decided(engine, refused, order, desk):
    stale = case(engine, refused)
    reviewing.approve(desk._replace(actor="bob"), case(engine, refused), model_reads=True)
    told = "somebody else has decided meanwhile: approved by bob at 2026-03-02 10:00 UTC"
    with pytest.raises(NotAllowed, match=told):
        reviewing.edit(desk, stale, order.model_copy(update={"note": "mine"}))
    with pytest.raises(NotAllowed, match=told):
        reviewing.reject(desk, stale, reason="mine")
    assert len(rows(engine, drafts)) == 2


def test_an_order_that_came_back_meanwhile_is_not_taken_for_decided(engine, repeated, order, desk, now):
    """Approved, issued to review again by a worker for another doubt: the stale approval is refused."""
    stale = case(engine, repeated)
    reviewing.approve(desk, stale, model_reads=False)
    with writing(engine) as connection:
        back = {"status": "needs_review", "updated_at": now + timedelta(hours=2)}
        connection.execute(update(orders).where(orders.c.id == repeated).values(**back))
    with pytest.raises(NotAllowed, match="somebody else has decided meanwhile"):
        reviewing.approve(desk, stale, model_reads=False)


@pytest.mark.parametrize("status", ["queued", "issued", "credit_requested"])
def test_only_orders_in_review_are_decided(engine, queue, order, desk, status):
    order_id = queue(order, status=status)
    for decide in (
        lambda seen: reviewing.approve(desk, seen, model_reads=True),
        lambda seen: reviewing.reject(desk, seen, reason="no"),
        lambda seen: reviewing.edit(desk, seen, order),
        lambda seen: reviewing.reopen(desk, seen),
    ):
        with pytest.raises(NotAllowed, match=f"is {status}; only orders in review and dead letters"):
            decide(case(engine, order_id))


def test_a_decision_that_dies_half_way_leaves_nothing(engine, refused, desk, monkeypatch):
    before = row(engine, refused)

    def die(*_args, **_kwargs):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(audit_chain, "append", die)
        with pytest.raises(RuntimeError, match="power cut"):
            reviewing.approve(desk, case(engine, refused), model_reads=True)
    assert (row(engine, refused), len(rows(engine, drafts))) == (before, 1)
    assert reviewing.approve(desk, case(engine, refused), model_reads=True).is_new


def test_a_decision_in_another_process_is_seen(engine, refused, desk):
    """Two engines, as two processes have: one wins, the other is told."""
    other = connect(engine.url.render_as_string(hide_password=False))
    mine, theirs = case(engine, refused), case(other, refused)
    reviewing.reject(desk._replace(engine=other, actor="bob"), theirs, reason="Spam.")
    with pytest.raises(NotAllowed, match="rejected by bob"):
        reviewing.approve(desk, mine, model_reads=True)
    other.dispose()


def test_the_list_has_the_longest_waiting_first_and_can_be_narrowed(engine, queue, order, refused, now):
    odd = order.model_copy(update={"stated_total": Decimal(99)})
    second = queue(odd, external_id="A-2", source="shop")
    issue(engine, now + timedelta(minutes=5))
    with reading(engine) as connection:
        everything = waiting(connection)
        assert [each.id for each in everything] == [refused, second]
        assert everything[0].codes == ("quantity_wrong",)
        assert Order.model_validate_json(everything[0].content) == order
        assert [each.id for each in waiting(connection, code="stated_amount_differs")] == [second]
        assert [each.id for each in waiting(connection, source="shop")] == [second]
        assert [each.id for each in waiting(connection, customer="C-1")] == [second]
        assert [each.id for each in waiting(connection, limit=1)] == [refused]
        assert waiting(connection, code="no_model") == []


def test_a_case_holds_the_models_answer_where_no_draft_came_of_it(engine, unread, now):
    order_id = unread("customer_missing")
    call = {
        "order_id": order_id,
        "endpoint": "e",
        "model": "m",
        "prompt_version": "1",
        "request_sha256": "a" * 64,
        "outcome": "ok",
        "duration_ms": 1,
        "started_at": now,
    }
    with writing(engine) as connection:
        connection.execute(insert(ai_calls).values(**call))
        kept = {"request_sha256": "a" * 64, "answer": '{"lines": []}', "created_at": now}
        connection.execute(insert(ai_answers).values(**kept))
    assert case(engine, order_id).answer == '{"lines": []}'
