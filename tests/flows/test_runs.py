"""Flows against a real server: states, artifacts, task runs, retries, history."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
)
from prefect.client.schemas.objects import State

from fakturo import worker
from fakturo.ai.simulator.server import start_simulator
from fakturo.errors import Permanent, QuotaExhausted, Transient
from fakturo.ledger.open import open_ledger
from fakturo.ledger.tables import ai_calls
from fakturo.server import recent_runs
from fakturo.settings import current
from flows import issue_invoices as room
from flows.ingest_orders import ingest_orders
from flows.issue_invoices import issue_invoices
from flows.render_invoices import render_invoices
from reports.write import WriteOutcome
from tests.ai.wishes import put_wishes, rows, wrong
from tests.flows.artifacts import artifact_of

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Prefect's own sockets, closed by its threads
]


def run_flow(call: Any) -> State[Any]:
    return asyncio.run(call)


@pytest.fixture
def with_ai(home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Settings with a simulated provider that never fails."""
    with start_simulator("calm") as simulator:
        monkeypatch.setenv("FAKTURO_AI_BASE_URL", simulator.base_url)
        monkeypatch.setenv("FAKTURO_AI_CONCURRENCY", "2")
        current.cache_clear()
        yield current()


def test_issues_and_tells_in_a_table(server, home, ask, land, states):
    engine = open_ledger(home)
    land(engine, 3)
    state = run_flow(issue_invoices(return_state=True))
    assert (state.name, state.message) == ("Completed", "3 issued, 0 drafted.")
    assert states(engine) == {"issued": 3}
    table = ask(lambda client: artifact_of(client, state, "issue-invoices"))
    assert '{"figure": "issued", "value": "3"}' in table
    assert '{"figure": "now: issued", "value": "3"}' in table
    assert "calls" not in table


def test_the_status_command_can_tell_the_last_runs(server, home, land):
    run_flow(issue_invoices(return_state=True))
    port = int(server.rpartition(":")[2])
    there = home.model_copy(update={"up": home.up.model_copy(update={"port": port})})
    newest = recent_runs(there)[0]
    assert (newest.flow, newest.state) == ("issue_invoices", "Completed")
    assert newest.started.startswith("20")
    nowhere = home.model_copy(update={"up": home.up.model_copy(update={"port": 1})})
    assert recent_runs(nowhere) == []


CSV = "order_id,order_date,customer_id,customer_name,country,currency,sku,description,quantity,unit_price\n"


def test_takes_in_what_lies_in_the_inbox(server, home, monkeypatch, ask, states):
    monkeypatch.setenv("FAKTURO_INTAKE_STABLE_S", "0")
    current.cache_clear()
    home.inbox.mkdir(parents=True)
    (home.inbox / "good.csv").write_text(
        CSV + "A-1,2026-02-27,C-1,Blue Door Ltd,GB,GBP,LN-104,Lantern,6,2.55\n"
    )
    state = ingest_orders(return_state=True)
    assert state.name == "Completed", state.message
    assert "1 in = 1 accepted + 0 duplicate + 0 quarantined" in state.message
    assert states(open_ledger(home)) == {"queued": 1}
    assert '"file": "good.csv", "in": 1, "accepted": 1' in ask(
        lambda client: artifact_of(client, state, "ingest-orders")
    )
    assert ingest_orders(return_state=True).message == "Nothing to take in."


def test_a_refused_file_makes_the_run_degraded_with_the_reason(server, home, monkeypatch):
    monkeypatch.setenv("FAKTURO_INTAKE_STABLE_S", "0")
    current.cache_clear()
    home.inbox.mkdir(parents=True)
    (home.inbox / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    state = ingest_orders(return_state=True)
    assert (state.type.value, state.name) == ("COMPLETED", "Degraded")
    assert state.message.startswith("broken.xlsx: refused. ")


def test_renders_what_has_no_document(server, home, land, ask):
    engine = open_ledger(home)
    land(engine, 1)
    run_flow(issue_invoices(return_state=True))
    state = render_invoices(return_state=True)
    assert (state.name, state.message) == ("Completed", "1 documents, 1 pages.")
    assert len(list(home.documents.rglob("*.pdf"))) == 1
    assert render_invoices(return_state=True).message == "0 documents, 0 pages."


def test_an_invoice_that_cannot_be_rendered_makes_the_run_degraded(server, home, monkeypatch, ask):
    outcome = WriteOutcome(written=2, pages=3, failed=(("INV-2026-000007", "The font is missing."),))
    monkeypatch.setattr("flows.render_invoices.write_pending", lambda *_given, **_more: outcome)
    state = render_invoices(return_state=True)
    assert state.name == "Degraded"
    assert state.message == "2 documents, 3 pages. 1 failed:\nINV-2026-000007: The font is missing."
    assert "The font is missing." in ask(lambda client: artifact_of(client, state, "render-invoices"))


def test_rendering_ends_early_when_the_process_is_told_to_leave(server, home, monkeypatch):
    def write(*_given: Any, on_progress: Any, **_more: Any) -> None:
        on_progress(1000)
        worker.LEAVING.set()
        on_progress(1001)

    monkeypatch.setattr("flows.render_invoices.write_pending", write)
    try:
        state = render_invoices(return_state=True)
    finally:
        worker.LEAVING.clear()
    assert state.message == "Told to end; the next run goes on."


def test_free_text_goes_to_review_where_no_model_is_set_up(server, home, land, states):
    engine = open_ledger(home)
    land(engine, 2, lane="model")
    state = run_flow(issue_invoices(return_state=True))
    assert state.message == "0 issued, 2 drafted."
    assert states(engine) == {"needs_review": 2}


def test_free_text_is_drafted_and_issued_and_the_table_tells_what_the_model_took(
    server, with_ai, ask, states
):
    engine = open_ledger(with_ai)
    truths = put_wishes(engine, 3)
    state = run_flow(issue_invoices(return_state=True))
    assert state.message == "3 issued, 3 drafted."
    assert states(engine) == {"issued": 3}
    assert wrong(engine, truths) == []
    table = ask(lambda client: artifact_of(client, state, "issue-invoices"))
    for figure, value in (("drafted", "3"), ("reasked", "0"), ("calls", "3 (1.00 an order)")):
        assert f'{{"figure": "{figure}", "value": "{value}"}}' in table
    run_id = str(state.state_details.flow_run_id)
    assert {row.run_id for row in rows(engine, ai_calls.c.id, ai_calls.c.run_id)} == {run_id}


def test_each_drafted_order_is_a_task_run_that_retries(
    server, with_ai, monkeypatch, ask, land, states, wait_for
):
    failures = iter([Transient("The AI provider failed (HTTP 502).", status=502)])
    real = room.draft_one

    async def flaky(*given: Any, **more: Any) -> Any:
        for error in failures:
            raise error
        return await real(*given, **more)

    monkeypatch.setattr(room, "draft_one", flaky)
    monkeypatch.setattr(room.draft, "retry_delay_seconds", [0.1] * 4)
    engine = open_ledger(with_ai)
    land(engine, 2, lane="model")
    state = run_flow(issue_invoices(return_state=True))
    assert state.message.endswith("2 drafted.")
    assert sum(states(engine).values()) == 2
    assert not {"queued", "dead_letter"} & states(engine).keys()

    def recorded() -> set[tuple[str, int]]:
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=[state.state_details.flow_run_id]))
        runs = ask(lambda client: client.read_task_runs(flow_run_filter=wanted))
        return {(run.name, run.run_count) for run in runs if run.state and run.state.is_completed()}

    wait_for(lambda: recorded() in ({("draft-1", 2), ("draft-2", 1)}, {("draft-1", 1), ("draft-2", 2)}))


def test_no_credit_ends_the_run_degraded_and_keeps_the_orders(server, with_ai, monkeypatch, land, states):
    async def refused(*_given: Any, **_more: Any) -> Any:
        raise QuotaExhausted("The AI provider says that the credit is used up.")

    monkeypatch.setattr(room, "draft_one", refused)
    engine = open_ledger(with_ai)
    land(engine, 3, lane="model")
    state = run_flow(issue_invoices(return_state=True))
    assert (state.type.value, state.name) == ("COMPLETED", "Degraded")
    assert state.message == "Drafting stopped: The AI provider says that the credit is used up."
    assert states(engine) == {"queued": 3}


def test_an_order_whose_retries_are_used_up_is_parked(server, with_ai, monkeypatch, land, states):
    async def failing(*_given: Any, **_more: Any) -> Any:
        raise Transient("The AI provider failed (HTTP 503).", status=503)

    monkeypatch.setattr(room, "draft_one", failing)
    monkeypatch.setattr(room.draft, "retry_delay_seconds", [0.0] * 4)
    engine = open_ledger(with_ai)
    land(engine, 1, lane="model")
    state = run_flow(issue_invoices(return_state=True))
    assert state.message == "0 issued, 1 drafted."
    assert states(engine) == {"parked": 1}


def test_an_order_that_can_never_succeed_is_asked_once_and_laid_aside(
    server, with_ai, monkeypatch, land, states
):
    asked = []

    async def refused(*_given: Any, **_more: Any) -> Any:
        asked.append(1)
        raise Permanent("The AI provider refuses this request (HTTP 400).", status=400)

    monkeypatch.setattr(room, "draft_one", refused)
    engine = open_ledger(with_ai)
    land(engine, 1, lane="model")
    state = run_flow(issue_invoices(return_state=True))
    assert (state.name, state.message) == ("Completed", "0 issued, 1 drafted.")
    assert states(engine) == {"dead_letter": 1}
    assert len(asked) == 1


def test_a_defect_fails_the_run(server, with_ai, monkeypatch, land):
    async def broken(*_given: Any, **_more: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(room, "draft_one", broken)
    land(open_ledger(with_ai), 1, lane="model")
    state = run_flow(issue_invoices(return_state=True))
    assert state.is_failed()
