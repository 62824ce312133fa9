"""Deposits before their order, a final invoice with all of them: on both databases, whoever is faster."""

import subprocess
import sys
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from fakturo.errors import BadInput, NotFound
from fakturo.invoice import Invoice
from fakturo.ledger import audit_check
from fakturo.ledger.issuing.asking import ask_credit
from fakturo.ledger.issuing.asking_deposit import Asked, Wish, ask_deposit
from fakturo.ledger.issuing.chunk import issue_chunk, issue_waiting
from fakturo.ledger.issuing.deposit_order import in_turn
from fakturo.ledger.issuing.outlook import Unread, look_ahead
from fakturo.ledger.issuing.preparing import prepare
from fakturo.ledger.open import reading, writing
from fakturo.ledger.orders import queue as work
from fakturo.ledger.tables import audit, invoices, orders, outbox
from fakturo.order import content
from fakturo.seller import Seller

SELLER = Seller()
THIRTY = Wish(percent=Decimal(30))
"""Of the order A-1, 30.00 and 20 % tax = 36.00: 10.80, of which 9.00 are net."""


@pytest.fixture
def ask(engine, now):
    """Ask for a deposit of order A-1; gives what was queued."""

    def put(key: str = "A-1", note: str | None = None, **how: str) -> Asked:
        wish = Wish(**{name: Decimal(value) for name, value in how.items()}, note=note) if how else THIRTY
        return ask_deposit(engine, key, wish, seller=SELLER, actor="ann", now=now)

    return put


def issue(engine, now, *ids: int, worker: str = "w"):
    claimed = work.claim(
        engine, lane="rules", worker=worker, limit=9, now=now, lease_s=60, order_ids=ids or None
    )
    return issue_chunk(engine, claimed, seller=SELLER, now=now, worker=worker)


def issue_all(engine, now):
    return issue_waiting(engine, seller=SELLER, worker="w", clock=lambda: now, lease_s=60)


def documents(engine) -> list[Invoice]:
    with reading(engine) as connection:
        query = select(invoices.c.content).order_by(invoices.c.id)
        return [Invoice.model_validate_json(text) for text in connection.execute(query).scalars()]


def status(engine, order_id):
    with reading(engine) as connection:
        found = select(orders.c.status, orders.c.status_reason).where(orders.c.id == order_id)
        return tuple(connection.execute(found).one())


def short(document: Invoice):
    return document.number, document.is_deposit, document.net_minor, document.tax_minor


def test_a_deposit_then_the_final_invoice(engine, queue, order, ask, now):
    main = queue(order)
    deposit = ask()
    assert issue(engine, now, deposit.order_id).issued == 1
    assert status(engine, main) == ("queued", None)
    assert issue_all(engine, now).issued == 1
    first, final = documents(engine)
    assert short(first) == ("INV-2026-000001", True, 900, 180)
    assert short(final) == ("INV-2026-000002", False, 2100, 420)
    assert [each.number for each in final.preceding] == ["INV-2026-000001"]
    with reading(engine) as connection:
        assert audit_check.examine(connection)[1] == []
        told = connection.execute(select(outbox.c.event, outbox.c.subject).order_by(outbox.c.id)).all()
        actions = connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars().all()
    assert [tuple(each) for each in told] == [
        ("invoice.issued", "INV-2026-000001"),
        ("invoice.issued", "INV-2026-000002"),
    ]
    assert actions == ["deposit.asked", "invoice.issued", "invoice.issued"]


def test_asking_twice_is_asking_once_and_a_note_asks_for_another(engine, queue, order, ask, now):
    queue(order)
    first = ask()
    assert ask() == first
    with pytest.raises(BadInput, match=rf"is not issued yet \(order {first.order_id}\)"):
        ask(percent="20")
    issue(engine, now, first.order_id)
    assert ask() == first._replace(number="INV-2026-000001")
    second = ask(percent="30", note="Second instalment")
    issue(engine, now, second.order_id)
    issue_all(engine, now)
    assert [each.total_minor for each in documents(engine)] == [1080, 1080, 1440]
    assert ask() == first._replace(number="INV-2026-000001")  # also when the order is issued


def test_deposits_never_ask_for_more_than_the_order(engine, queue, order, ask, now):
    queue(order)
    issue(engine, now, ask(amount="30.00").order_id)
    with pytest.raises(BadInput, match=r"of order A-1 6\.00 GBP is left, with tax, that no deposit has"):
        ask(amount="6.01")
    issue(engine, now, ask(amount="6").order_id)
    issue_all(engine, now)
    final = documents(engine)[-1]
    assert (final.total_minor, len(final.lines), final.is_deposit) == (0, 4, False)


def test_what_cannot_have_a_deposit_is_told_in_a_sentence(engine, queue, order, ask, now):
    with pytest.raises(NotFound, match="No order A-1"):
        ask()
    main = queue(order)
    text = queue(raw="Six lamps, please", external_id="T-1")
    queue(order.model_copy(update={"kind": "cancellation", "cancels": "A-0"}), external_id="C-1")
    odd = tuple(each.model_copy(update={"tax_rate": Decimal(0)}) for each in order.lines)
    queue(order.model_copy(update={"lines": odd}), external_id="A-2")
    with pytest.raises(BadInput, match="T-1 has not been read yet"):
        ask(str(text))
    with pytest.raises(BadInput, match="C-1 is a cancellation; only an order gets a deposit"):
        ask("C-1")
    with pytest.raises(BadInput, match="A-2 cannot have a deposit yet: line 1 says 0 %"):
        ask("A-2")
    issue(engine, now, main)
    with pytest.raises(BadInput, match="A-1 is issued already; a deposit comes before the invoice"):
        ask()


def test_an_order_in_review_may_have_one(engine, queue, order, ask, now):
    queue(order, status="needs_review")
    issue(engine, now, ask().order_id)
    assert [short(each) for each in documents(engine)] == [("INV-2026-000001", True, 900, 180)]


def test_an_order_waits_for_its_deposit_that_is_asked_for(engine, queue, order, ask, now):
    """As after a crash between asking and issuing: both are in the queue, the order first."""
    main, deposit = queue(order), ask()
    outcome = issue(engine, now)
    assert (outcome.issued, status(engine, main), status(engine, deposit.order_id)) == (
        1, ("queued", None), ("issued", None),
    )  # fmt: skip
    issue_all(engine, now)
    assert [each.is_deposit for each in documents(engine)] == [True, False]


def test_an_order_rests_while_its_deposit_is_in_other_hands(engine, queue, order, ask, now):
    main, deposit = queue(order), ask()
    held = work.claim(
        engine, lane="rules", worker="other", limit=1, now=now, lease_s=60, order_ids=[deposit.order_id]
    )
    issue_all(engine, now)  # comes to an end
    assert status(engine, main) == ("queued", "A deposit of this order is being issued first.")
    issue_chunk(engine, held, seller=SELLER, now=now, worker="other")
    issue_all(engine, now + timedelta(seconds=31))
    assert [each.net_minor for each in documents(engine)] == [900, 2100]


def test_a_deposit_in_review_holds_its_order(engine, queue, order, ask, now):
    main, deposit = queue(order), ask()
    with writing(engine) as connection:
        connection.execute(
            update(orders).where(orders.c.id == deposit.order_id).values(status="needs_review")
        )
    issue_all(engine, now)
    assert status(engine, main)[0] == "needs_review"
    assert f"`fakturo review show {deposit.order_id}`" in status(engine, main)[1]


def test_a_deposit_after_its_order_waits_for_a_person(engine, queue, order, ask, now):
    main, deposit = queue(order), ask()
    with writing(engine) as connection:
        connection.execute(update(orders).where(orders.c.id == main).values(status="rejected"))
    issue_all(engine, now)
    assert status(engine, deposit.order_id) == (
        "needs_review",
        "Order A-1 is rejected: its deposit comes too late; reject the deposit.",
    )


def test_a_deposit_of_no_order_is_never_issued(engine, queue, order, now):
    odd = queue(order.model_copy(update={"kind": "deposit"}))
    issue_all(engine, now)
    assert status(engine, odd)[0] == "needs_review"
    assert "a deposit of no order" in status(engine, odd)[1]


def test_a_deposit_stays_one_whatever_it_is_edited_to(engine, queue, order, ask, now):
    deposit = (queue(order), ask())[1]
    with writing(engine) as connection:
        other = order.model_copy(update={"external_id": deposit.external_id})
        mine = update(orders).where(orders.c.id == deposit.order_id)
        connection.execute(mine.values(content=content(other), kind="order"))
    issue(engine, now, deposit.order_id)
    assert status(engine, deposit.order_id) == (
        "needs_review",
        "A deposit was asked for, and its kind is order now; put it back or reject it.",
    )


def test_whoever_is_faster_no_deposit_is_lost_or_deducted_twice(engine, queue, order, now):
    """Two workers drain while a person asks for a deposit of each order; some come too late."""
    ids = [queue(order, external_id=f"A-{n}") for n in range(12)]
    late: list[int] = []

    def work_on(name: str) -> None:
        for _ in range(30):
            at = now + timedelta(minutes=len(late))
            claimed = work.claim(engine, lane="rules", worker=name, limit=2, now=at, lease_s=60)
            issue_chunk(engine, claimed, seller=SELLER, now=at, worker=name)

    threads = [threading.Thread(target=work_on, args=(f"w{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for n, order_id in reversed(list(enumerate(ids))):
        try:
            ask_deposit(engine, f"A-{n}", THIRTY, seller=SELLER, actor="ann", now=now)
        except BadInput:
            late.append(order_id)
    for thread in threads:
        thread.join()
    issue_all(engine, now + timedelta(days=1))
    totals = [each.total_minor for each in documents(engine)]
    assert sum(totals) == 12 * 3600
    assert (totals.count(1080), totals.count(2520), totals.count(3600)) == (
        12 - len(late), 12 - len(late), len(late),
    )  # fmt: skip
    assert {status(engine, each)[0] for each in ids} == {"issued"}


def test_a_deposit_that_comes_between_is_deducted_all_the_same(engine, queue, order, ask, now):
    """The final invoice was worked out without it; it is worked out anew, never issued so."""
    main = queue(order)
    claimed = work.claim(engine, lane="rules", worker="w", limit=1, now=now, lease_s=60, order_ids=[main])
    before = prepare(engine, claimed, SELLER, now)
    issue(engine, now, ask().order_id, worker="v")
    with writing(engine) as connection:
        (late,) = in_turn(connection, before)
    assert late.waits
    issue_chunk(engine, claimed, seller=SELLER, now=now, worker="w")
    assert [each.net_minor for each in documents(engine)] == [900, 2100]


def test_a_credited_deposit_is_not_deducted_and_may_be_asked_for_again(engine, queue, order, ask, now):
    main = queue(order)
    first = ask()
    issue(engine, now, first.order_id)
    wrong = ask_credit(engine, "INV-2026-000001", reason="Wrong", actor="ann", now=now)
    issue(engine, now, wrong)
    (outlook,) = look_ahead(engine, [Unread(main, content(order), now)], seller=SELLER, now=now)
    assert (outlook.findings, outlook.invoice.total_minor) == ((), 3600)
    again = ask()
    assert again.order_id != first.order_id
    issue(engine, now, again.order_id)
    issue_all(engine, now)
    assert [(each.number, each.total_minor) for each in documents(engine)] == [
        ("INV-2026-000001", 1080),
        ("CN-2026-000001", 1080),
        ("INV-2026-000002", 1080),
        ("INV-2026-000003", 2520),
    ]
    assert [each.number for each in documents(engine)[-1].preceding] == ["INV-2026-000002"]


def test_what_a_final_invoice_deducts_is_credited_after_it(engine, queue, order, ask, now):
    queue(order)
    issue(engine, now, ask().order_id)
    early = ask_credit(engine, "INV-2026-000001", reason="r", actor="ann", now=now)
    with writing(engine) as connection:  # somebody is faster
        connection.execute(update(orders).where(orders.c.id == early).values(not_before=now + timedelta(1)))
    issue_all(engine, now)
    with pytest.raises(BadInput, match="INV-2026-000002 deducts; credit INV-2026-000002 first"):
        ask_credit(engine, "INV-2026-000001", reason="other", actor="ann", now=now)
    issue_all(engine, now + timedelta(days=2))
    assert status(engine, early)[0] == "needs_review"
    assert "is deducted by invoice INV-2026-000002" in status(engine, early)[1]
    final = ask_credit(engine, "INV-2026-000002", reason="r", actor="ann", now=now)
    issue(engine, now, final)
    with writing(engine) as connection:
        connection.execute(update(orders).where(orders.c.id == early).values(status="queued"))
    issue_all(engine, now + timedelta(days=2))
    totals = [each.total_minor * (1 if each.kind == "invoice" else -1) for each in documents(engine)]
    assert sorted(totals) == [-2520, -1080, 1080, 2520]


KILLED = """
import os, signal, sys
from decimal import Decimal
from sqlalchemy import event
from fakturo.clock import utc_now
from fakturo.ledger.issuing.asking_deposit import Wish, ask_deposit
from fakturo.ledger.issuing.chunk import issue_waiting
from fakturo.ledger.open import connect
from fakturo.seller import Seller
engine, left = connect(sys.argv[1]), int(sys.argv[2])
@event.listens_for(engine, "commit")
def _count(_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
ask_deposit(engine, "A-1", Wish(Decimal(30)), seller=Seller(), actor="ann", now=utc_now())
issue_waiting(engine, seller=Seller(), worker=f"w{left}", clock=utc_now, lease_s=0.001)
"""


def test_killed_before_any_commit_there_is_one_deposit_and_one_final_invoice(engine, queue, order):
    queue(order)
    url = engine.url.render_as_string(hide_password=False)
    for commits in range(1, 12):
        done = subprocess.run([sys.executable, "-c", KILLED, url, str(commits)], check=False)
        if done.returncode == 0:
            break
    assert done.returncode == 0
    assert [(each.is_deposit, each.total_minor) for each in documents(engine)] == [
        (True, 1080),
        (False, 2520),
    ]
    with reading(engine) as connection:
        assert connection.execute(select(invoices.c.seq).order_by(invoices.c.seq)).scalars().all() == [1, 2]
        assert audit_check.examine(connection)[1] == []
