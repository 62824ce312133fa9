"""Whatever people and workers do, in whatever order: one invoice an order at most, and a chain that holds."""

import threading
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import create_engine, event, func, insert, select
from sqlalchemy.pool import StaticPool

from fakturo.errors import NotAllowed
from fakturo.finding import Finding
from fakturo.ledger import audit_check
from fakturo.ledger.columns import metadata
from fakturo.ledger.issuing.chunk import issue_chunk
from fakturo.ledger.open import connect, reading, writing
from fakturo.ledger.orders import queue as work
from fakturo.ledger.orders.drafts import save_draft
from fakturo.ledger.review import reviewing
from fakturo.ledger.review.cases import open_case
from fakturo.ledger.review.decisions import Desk
from fakturo.ledger.tables import audit, audit_head, drafts, invoices, orders
from fakturo.order import Order, OrderLine, Party, content, identity
from fakturo.seller import Seller

SELLER = Seller()
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def case(engine, order_id):
    with reading(engine) as connection:
        return open_case(connection, connection.execute(select(orders).where(orders.c.id == order_id)).one())


def issue(engine, now, worker):
    claimed = work.claim(engine, lane="rules", worker=worker, limit=50, now=now, lease_s=60)
    return issue_chunk(engine, claimed, seller=SELLER, now=now, worker=worker)


def count(engine, table):
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.fixture
def in_review(engine, queue, order, now):
    odd = order.model_copy(update={"stated_total": Decimal(99)})
    order_id = queue(odd)
    issue(engine, now, "w0")
    return order_id


def test_of_many_people_at_once_one_decides(engine, in_review, order, now):
    """Eight people over engines of their own: rejections and different edits, all from the same look."""
    url = engine.url.render_as_string(hide_password=False)
    seen, later = case(engine, in_review), now + timedelta(hours=1)
    told: list[str] = []
    start = threading.Barrier(8)

    def decide(position: int) -> None:
        own = connect(url)
        desk = Desk(own, SELLER, f"person {position}", later)
        start.wait()
        try:
            if position % 2:
                reviewing.reject(desk, seen, reason=f"reason {position}")
            else:
                reviewing.edit(desk, seen, order.model_copy(update={"note": f"note {position}"}))
        except NotAllowed as error:
            told.append(str(error))
        finally:
            own.dispose()

    people = [threading.Thread(target=decide, args=(position,)) for position in range(8)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    with reading(engine) as connection:
        status = connection.execute(select(orders.c.status).where(orders.c.id == in_review)).scalar_one()
        decided = audit.c.action.in_(("order.edited", "order.rejected"))
        assert connection.execute(select(func.count()).where(decided)).scalar_one() == 1
        assert audit_check.examine(connection)[1] == []
    # after an edit all seven others are refused; after a rejection the other three say the same
    assert len(told) == {"queued": 7, "rejected": 4}[status]
    assert all("somebody else has decided meanwhile" in each for each in told)


def test_the_same_approval_from_two_people_is_written_once(engine, in_review, now):
    url = engine.url.render_as_string(hide_password=False)
    seen, later = case(engine, in_review), now + timedelta(hours=1)
    told: list[bool] = []
    start = threading.Barrier(2)

    def decide(name: str) -> None:
        own = connect(url)
        start.wait()
        told.append(reviewing.approve(Desk(own, SELLER, name, later), seen, model_reads=False).is_new)
        own.dispose()

    people = [threading.Thread(target=decide, args=(name,)) for name in ("ann", "bob")]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(told) == [False, True]
    assert count(engine, drafts) == 1
    issue(engine, later, "w1")
    assert count(engine, invoices) == 1


def test_two_people_never_approve_both_orders_of_one_number(engine, queue, order, now):
    first = queue(order, status="needs_review")
    second = queue(order.model_copy(update={"note": "2"}), status="rejected", conflict_of=first)
    url = engine.url.render_as_string(hide_password=False)
    later = now + timedelta(hours=1)
    reviewing.reopen(Desk(engine, SELLER, "ann", later), case(engine, second))
    seen = {order_id: case(engine, order_id) for order_id in (first, second)}
    refused: list[str] = []
    start = threading.Barrier(2)

    def decide(order_id: int) -> None:
        own = connect(url)
        desk = Desk(own, SELLER, "ann", later)
        start.wait()
        try:
            reviewing.approve(desk, seen[order_id], model_reads=False)
        except NotAllowed as error:
            refused.append(str(error))
        own.dispose()

    people = [threading.Thread(target=decide, args=(order_id,)) for order_id in seen]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len(refused) == 2
    assert all("has the same number A-1" in each for each in refused)


class Desks(RuleBasedStateMachine):
    """Three orders, two of one number and a letter; people, workers and time in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )

        @event.listens_for(self.engine, "begin")
        def _begin(connection) -> None:
            connection.exec_driver_sql("BEGIN")

        metadata.create_all(self.engine)
        asked = Order(
            external_id="A-1",
            customer=Party(id="C-1"),
            currency="EUR",
            ordered_on=date(2026, 2, 27),
            po_number="PO-1",
            lines=(OrderLine(no=1, name="Lantern", quantity=Decimal(2), unit_price=Decimal("2.55")),),
        )
        self.order = asked
        with writing(self.engine) as connection:
            connection.execute(insert(audit_head).values(id=1, seq=0, sha256="0" * 64))
        self.ids = [
            self._put(asked),
            self._put(asked.model_copy(update={"note": "2"}), status="needs_review", conflict_of=1),
            self._put(None, external_id="mail-1", raw="two lanterns"),
            self._put(asked.model_copy(update={"external_id": "A-2"})),
        ]
        self.seen = {order_id: case(self.engine, order_id) for order_id in self.ids}

    def teardown(self) -> None:
        self.engine.dispose()

    def _put(self, order: Order | None, **changes) -> int:
        row = {
            "source": "test",
            "external_id": order.external_id if order else None,
            "content_sha256": identity(order) if order else "0" * 64,
            "lane": "rules" if order else "model",
            "status": "queued",
            "customer_id": order.customer.id if order else None,
            "po_number": order.po_number if order else None,
            "content": content(order) if order else None,
            "received_at": START,
            "updated_at": START,
        }
        with writing(self.engine) as connection:
            return connection.execute(insert(orders).values(**row | changes)).inserted_primary_key[0]

    def _desk(self, overrule: tuple[str, ...] = ()) -> Desk:
        return Desk(self.engine, SELLER, "ann", self.now, overrule=overrule)

    def _status(self, order_id: int) -> str:
        return case(self.engine, order_id).status

    @rule(seconds=st.integers(0, 90))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(which=st.integers(0, 3))
    def looks(self, which):
        self.seen[self.ids[which]] = case(self.engine, self.ids[which])

    @rule(which=st.integers(0, 3), overrule=st.sampled_from([(), ("conflict",), ("po_already_invoiced",)]))
    def approves(self, which, overrule):
        with suppress(NotAllowed):
            reviewing.approve(self._desk(overrule), self.seen[self.ids[which]], model_reads=True)

    @rule(which=st.integers(0, 3), quantity=st.integers(1, 3), willing=st.booleans())
    def edits(self, which, quantity, willing):
        seen = self.seen[self.ids[which]]
        line = self.order.lines[0].model_copy(update={"quantity": Decimal(quantity)})
        changed = self.order.model_copy(update={"external_id": seen.external_id, "lines": (line,)})
        overrule = ("conflict", "po_already_invoiced") if willing else ()
        with suppress(NotAllowed):
            reviewing.edit(self._desk(overrule), seen, changed)

    @rule(which=st.integers(0, 3))
    def rejects(self, which):
        with suppress(NotAllowed):
            reviewing.reject(self._desk(), self.seen[self.ids[which]], reason="no")

    @rule(which=st.integers(0, 3))
    def reopens(self, which):
        with suppress(NotAllowed):
            reviewing.reopen(self._desk(), self.seen[self.ids[which]])

    @rule(which=st.integers(0, 3))
    def retries(self, which):
        work.retry(self.engine, self.ids[which], now=self.now, actor="ann")

    @rule(worker=st.sampled_from(["w1", "w2"]), stale=st.booleans())
    def a_worker_issues(self, worker, stale):
        claimed = work.claim(self.engine, lane="rules", worker=worker, limit=9, now=self.now, lease_s=60)
        if stale:
            self.now += timedelta(seconds=61)
            other = work.claim(self.engine, lane="rules", worker="w3", limit=9, now=self.now, lease_s=60)
            issue_chunk(self.engine, other, seller=SELLER, now=self.now, worker="w3")
        issue_chunk(self.engine, claimed, seller=SELLER, now=self.now, worker=worker)

    @precondition(lambda self: self._status(3) == "queued")
    @rule(outcome=st.sampled_from(["proved", "doubt", "nothing", "dead"]))
    def a_worker_drafts(self, outcome):
        claimed = work.claim(self.engine, lane="model", worker="m", limit=9, now=self.now, lease_s=60)
        for each in claimed:
            if outcome == "dead":
                work.dead_letter(self.engine, each.id, reason="x", now=self.now, worker="m")
                continue
            order = self.order.model_copy(update={"external_id": "mail-1"}) if outcome != "nothing" else None
            found = [] if outcome == "proved" else [Finding(code="no_model", message="No model.")]
            save_draft(self.engine, each.id, order, drafter="model", findings=found, now=self.now, worker="m")

    @invariant()
    def an_order_has_one_invoice_at_most_and_only_when_issued(self):
        with reading(self.engine) as connection:
            invoiced = connection.execute(select(invoices.c.order_id)).scalars().all()
            status = dict(connection.execute(select(orders.c.id, orders.c.status)).tuples().all())
        assert len(invoiced) == len(set(invoiced))
        assert {each for each, now in status.items() if now == "issued"} == set(invoiced)

    @invariant()
    def numbers_have_no_gap(self):
        with reading(self.engine) as connection:
            seqs = connection.execute(select(invoices.c.seq).order_by(invoices.c.seq)).scalars().all()
        assert seqs == list(range(1, len(seqs) + 1))

    @invariant()
    def the_chain_holds(self):
        with reading(self.engine) as connection:
            assert audit_check.examine(connection)[1] == []

    @invariant()
    def each_decision_left_one_draft(self):
        with reading(self.engine) as connection:
            by_person = select(func.count()).where(drafts.c.drafter == "person")
            decided = select(func.count()).where(audit.c.action.in_(("order.approved", "order.edited")))
            assert connection.execute(by_person).scalar_one() == connection.execute(decided).scalar_one()

    @invariant()
    def two_orders_of_one_number_are_never_both_under_way_unasked(self):
        with reading(self.engine) as connection:
            overruled = connection.execute(
                select(audit.c.details).where(audit.c.action.in_(("order.approved", "order.edited")))
            ).scalars()
            asked = any("conflict" in each for each in overruled)
        under_way = [self._status(order_id) for order_id in (1, 2)]
        assert asked or not set(under_way) <= {"queued", "issued"}


def test_any_sequence_of_decisions_and_work_keeps_the_laws():
    run_state_machine_as_test(
        Desks,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
