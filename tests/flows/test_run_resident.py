"""The resident process's loops, with flows that only note that they were called."""

import os
import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest
from prefect.states import Completed, Failed
from sqlalchemy import insert

from fakturo.ledger.open import writing
from fakturo.ledger.outbox.deliveries import claim
from fakturo.ledger.tables import outbox
from fakturo.worker import LEAVING
from flows import run_resident as room


@pytest.fixture(autouse=True)
def _nobody_leaves():
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    yield
    LEAVING.clear()
    room.POOL.set(None)
    for each, handler in before.items():
        signal.signal(each, handler)


class Flow:
    """Stands for a flow: notes each call, answers with the states it was given, then completes."""

    def __init__(self, *states, doing=lambda: None):
        self.states, self.doing, self.calls = list(states), doing, []

    def __call__(self, **given):
        self.calls.append(given)
        self.doing()
        return self.states.pop(0) if self.states else Completed()


class AsyncFlow(Flow):
    async def __call__(self, **given):
        return super().__call__(**given)


def test_one_resident_run_follows_the_other(monkeypatch, settings):
    flow = AsyncFlow()
    monkeypatch.setattr(room, "issue_invoices", flow)
    desk = room.Issuing(settings)
    assert (desk.once(), desk.once()) == (0.0, 0.0)
    assert flow.calls == [{"resident": True, "draft_from": None, "return_state": True}] * 2


def test_a_run_that_failed_is_followed_by_a_rest(monkeypatch, settings):
    monkeypatch.setattr(room, "issue_invoices", AsyncFlow(Failed()))
    assert room.Issuing(settings).once() == room.REST_AFTER_FAILURE_S


def test_without_credit_the_next_run_drafts_later(monkeypatch, settings):
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    flow = AsyncFlow(Completed(name="Degraded"))
    monkeypatch.setattr(room, "issue_invoices", flow)
    monkeypatch.setattr(room, "utc_now", lambda: now)
    desk = room.Issuing(settings)
    assert [desk.once() for _ in range(3)] == [0.0, 0.0, 0.0]
    later = now + timedelta(minutes=15)
    assert [call["draft_from"] for call in flow.calls] == [None, later, None]


def put(settings, name):
    settings.inbox.mkdir(parents=True, exist_ok=True)
    file = settings.inbox / name
    file.write_text("order")
    os.utime(file, (1, 1))
    return file


@pytest.fixture
def quiet(settings, monkeypatch):
    """Files count as standing still at once."""
    return settings.model_copy(update={"intake": settings.intake.model_copy(update={"stable_s": 0})})


def test_files_that_stand_still_start_a_run(quiet, monkeypatch):
    flow = Flow()
    monkeypatch.setattr(room, "ingest_orders", flow)
    desk = room.Inbox(quiet)
    desk.once()
    assert flow.calls == []
    flow.doing = put(quiet, "a.csv").unlink
    desk.once()
    desk.once()
    assert len(flow.calls) == 1


def test_a_file_that_stays_does_not_start_a_run_a_second(quiet, monkeypatch):
    flow = Flow()
    monkeypatch.setattr(room, "ingest_orders", flow)
    desk = room.Inbox(quiet)
    put(quiet, "unreadable.csv")
    for _ in range(3):
        desk.once()
    assert len(flow.calls) == 1
    put(quiet, "new.csv")
    desk.once()
    assert len(flow.calls) == 2
    desk.look_again_at = 0.0
    desk.once()
    assert len(flow.calls) == 3


class Waiting:
    """Numbers of invoices without a document, and a watch that rings when told to."""

    def __init__(self, monkeypatch, flow):
        self.ids, self.has_rung, self.pools = [], True, []
        monkeypatch.setattr(room, "unrendered", lambda _engine, *, limit: [_Row(i) for i in self.ids[:limit]])
        monkeypatch.setattr(room, "render_invoices", flow)
        monkeypatch.setattr(room, "RenderPool", lambda *_: self)

    def rang(self):
        return self.has_rung

    def __exit__(self, *_):
        self.pools.append("closed")


class _Row:
    def __init__(self, invoice_id):
        self.invoice_id = invoice_id


def test_new_invoices_are_rendered_with_children_that_stay(settings, monkeypatch):
    flow = Flow()
    waiting = Waiting(monkeypatch, flow)
    desk = room.Press(settings)
    desk.watch = waiting
    assert desk.once() == room.LOOK_EVERY_S
    waiting.ids = [1, 2]
    flow.doing = waiting.ids.clear
    assert desk.once() == room.RENDER_EVERY_S
    assert room.POOL.get() is waiting
    waiting.has_rung = False
    assert desk.once() == room.LOOK_EVERY_S
    assert len(flow.calls) == 1
    desk.used_at -= room.POOL_IDLE_S + 1
    desk.once()
    assert waiting.pools == ["closed"]
    assert desk.pool is None


def test_an_invoice_that_cannot_be_rendered_does_not_start_a_run_each_time(settings, monkeypatch):
    flow = Flow()
    waiting = Waiting(monkeypatch, flow)
    desk = room.Press(settings)
    desk.watch = waiting
    waiting.ids = [7]
    for _ in range(3):
        desk.once()
    assert len(flow.calls) == 1
    waiting.ids = [7, 8]
    desk.once()
    assert len(flow.calls) == 2
    desk.look_again_at = 0.0
    waiting.has_rung = False
    desk.once()
    assert len(flow.calls) == 3


HOOK = {"name": "erp", "url": "http://127.0.0.1:9/", "secret": "a-secret-of-the-tests"}


def happen(engine, at):
    with writing(engine) as connection:
        row = {"event": "invoice.issued", "subject": "INV-1", "payload": "{}", "created_at": at}
        connection.execute(insert(outbox).values(**row))


def test_an_event_starts_a_run_and_a_look_in_vain_does_not(settings, monkeypatch):
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    told = type(settings).model_validate(settings.model_dump() | {"webhooks": [HOOK]})
    desk = room.Post(told)
    flow = AsyncFlow(doing=lambda: claim(desk.engine, desk.receivers[0], worker="w", now=now, lease_s=60))
    monkeypatch.setattr(room, "deliver_outbox", flow)
    monkeypatch.setattr(room, "utc_now", lambda: now)
    assert desk.once() == room.LOOK_EVERY_S
    happen(desk.engine, now)
    assert [desk.once() for _ in range(2)] == [room.DELIVER_EVERY_S, room.LOOK_EVERY_S]
    assert flow.calls == [{"return_state": True}]


def test_a_delivering_run_that_failed_is_followed_by_a_rest(settings, monkeypatch):
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    desk = room.Post(type(settings).model_validate(settings.model_dump() | {"webhooks": [HOOK]}))
    monkeypatch.setattr(room, "deliver_outbox", AsyncFlow(Failed()))
    monkeypatch.setattr(room, "utc_now", lambda: now)
    happen(desk.engine, now)
    assert desk.once() == room.REST_AFTER_FAILURE_S


def test_without_receivers_nothing_is_looked_for(settings, monkeypatch):
    flow = AsyncFlow()
    monkeypatch.setattr(room, "deliver_outbox", flow)
    desk = room.Post(settings)
    happen(desk.engine, datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    assert desk.once() == room.LEFT_OVER_EVERY_S
    assert flow.calls == []


def test_one_bad_moment_ends_no_loop(monkeypatch):
    monkeypatch.setattr(room, "REST_AFTER_FAILURE_S", 0.0)
    calls = []

    def once():
        calls.append(len(calls))
        if len(calls) == 1:
            raise OSError("the ledger is locked")
        LEAVING.set()
        return 0.0

    room.again_and_again(once)
    assert calls == [0, 1]


def test_on_sigterm_every_loop_finishes_its_step(settings, monkeypatch):
    done = []
    begun = threading.Barrier(5)

    class Desk:
        def __init__(self, *_):
            pass

        def once(self):
            begun.wait(60)
            LEAVING.wait(60)
            done.append(1)
            return 0.0

    for name in ("Issuing", "Inbox", "Press", "Post"):
        monkeypatch.setattr(room, name, Desk)
    monkeypatch.setattr(room.server, "answers", lambda _settings: True)

    def tell():
        try:
            begun.wait(60)
        finally:  # else run_resident, and with it the test, would wait for ever
            os.kill(os.getpid(), signal.SIGTERM)

    teller = threading.Thread(target=tell)
    teller.start()
    room.run_resident(settings, ["issuing", "inbox", "press", "outbox"])
    teller.join()
    assert done == [1, 1, 1, 1]


def test_without_a_server_it_gives_up_with_one_sentence(settings, monkeypatch):
    monkeypatch.setattr(room, "SERVER_BOOT_S", -1.0)
    monkeypatch.setattr(room.server, "answers", lambda _settings: False)
    with pytest.raises(SystemExit, match=r"No Prefect server at http://127\.0\.0\.1:4200 after"):
        room.await_server(settings)
