"""The flow that tells of KPIs: Degraded with reasons, an artifact, events, and nothing twice."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from prefect.automations import Automation
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.events import Event
from prefect.server.events.schemas.automations import EventTrigger
from prefect.server.events.schemas.events import Event as ServerEvent
from sqlalchemy import select

from fakturo.ledger.alert_tables import kpi_readings
from fakturo.ledger.open import open_ledger, reading
from fakturo.ledger.tables import outbox
from flows import alert_kpis as room
from flows.alert_kpis import alert_kpis
from tests.alerting.made_warehouse import MADE_AT, day, month, publish_made

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Prefect's own sockets, closed by its threads
]

DOCS = Path(__file__).parents[2] / "docs" / "alerts.md"


@pytest.fixture
def at(monkeypatch):
    def moved(moment):
        monkeypatch.setattr("flows.alert_kpis.utc_now", lambda: moment)

    moved(MADE_AT + timedelta(minutes=4))
    return moved


@pytest.fixture
def emitted(monkeypatch):
    """Events that were given to Prefect; they are sent all the same."""
    found: list[Event] = []
    send = room.emit_event
    monkeypatch.setattr(room, "emit_event", lambda **told: found.append(send(**told)))
    return found


def publish(home, made_at=MADE_AT, **changes):
    rows = [month("EUR", 3, 100), month("EUR", 4, 100, **changes)]
    publish_made(home, made_at, kpi_daily=[day("EUR", made_at.date(), dso="30")], kpi_monthly=rows)


def received(emitted):
    """As the server takes them in."""
    return [ServerEvent.model_validate(each.model_dump(mode="json")) for each in emitted]


def events(home):
    with reading(open_ledger(home)) as connection:
        query = select(outbox.c.event, outbox.c.subject).order_by(outbox.c.id)
        return [tuple(row) for row in connection.execute(query)]


def test_before_the_first_publish_there_is_nothing_to_read(server, home, at):
    state = alert_kpis(return_state=True)
    assert (state.name, state.message[:30]) == ("Completed", "No KPI can be read before the ")


def test_a_kpi_beyond_its_level_ends_the_run_degraded_and_is_told_once(server, home, at, ask, emitted):
    publish(home, rate="72.40")
    state = alert_kpis(return_state=True)
    assert (state.type.value, state.name) == ("COMPLETED", "Degraded")
    assert state.message == (
        "9 KPIs read, 1 beyond their levels, 1 told.\n"
        "Collection rate EUR of 2026-04 is 72.4 %: critical; warning below 85 %, critical below 75 % "
        "(100 invoices to be paid)."
    )
    again = alert_kpis(return_state=True)
    assert again.name == "Degraded"
    assert again.message.startswith("9 KPIs read, 1 beyond their levels, 0 told.")
    assert events(home) == [("kpi.critical", "collection_rate:EUR")]
    (event,) = emitted
    assert event.event == "kpi.critical"
    assert event.resource.id == "fakturo.kpi.collection_rate"
    assert event.resource["fakturo.currency"] == "EUR"
    assert event.payload["value"] == 72.4
    with reading(open_ledger(home)) as connection:
        runs = connection.execute(select(kpi_readings.c.run_id)).scalars().all()
    assert len(runs) == 9
    assert len(set(runs)) == 1
    wanted = ArtifactFilter(key=ArtifactFilterKey(any_=["alert-kpis"]))
    found = ask(lambda client: client.read_artifacts(artifact_filter=wanted))
    table = json.loads(max(found, key=lambda each: each.created).data)
    assert {row["KPI"]: row["state"] for row in table} == {
        "Collection rate": "critical",
        "Average payment time": "ok",
        "Change of invoices per open day": "ok",
        "Collection effectiveness index": "ok",
        "Days sales outstanding": "not enough data",
        "Success rate of the AI provider": "not enough data",
        "Review backlog": "not enough data",
        "Age of the oldest order in review": "not enough data",
        "Age of the published warehouse": "ok",
    } or len(table) == 9


def test_the_recipe_of_the_docs_takes_a_critical_kpi_and_no_other(server, home, at, emitted):
    """Its trigger, as the server understands it, beside the events of a run."""
    block = re.search(r"^```yaml\n(.*?)^```", DOCS.read_text(), re.DOTALL | re.MULTILINE)
    recipe = yaml.safe_load(block[1])
    told = Automation.model_validate(recipe)
    assert told.actions[0].type == "send-notification"
    trigger = EventTrigger.model_validate(recipe["trigger"])
    publish(home, rate="72.40", days="36.00")
    alert_kpis(return_state=True)
    assert {each.event: trigger.covers(each.receive()) for each in received(emitted)} == {
        "kpi.critical": True,
        "kpi.warning": False,
    }


def test_well_again_is_told_and_the_run_completes(server, home, at, emitted):
    publish(home, rate="72.40")
    alert_kpis(return_state=True)
    publish(home, MADE_AT + timedelta(hours=1), rate="95.00")
    at(MADE_AT + timedelta(hours=1, minutes=4))
    state = alert_kpis(return_state=True)
    assert (state.name, state.message) == ("Completed", "9 KPIs read, 0 beyond their levels, 1 told.")
    assert [each.event for each in emitted] == ["kpi.critical", "kpi.cleared"]


def test_a_publish_that_grew_old_is_told(server, home, at):
    publish(home)
    alert_kpis(return_state=True)
    at(MADE_AT + timedelta(hours=5))
    state = alert_kpis(return_state=True)
    assert state.name == "Degraded"
    assert "Age of the published warehouse is 5.0 hours: warning" in state.message
    assert events(home) == [("kpi.warning", "publish_age")]
