"""KPIs are told once for each worsening and once when well again, whatever runs twice, beside, or late."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from fakturo.ledger import audit_check
from fakturo.ledger.alert_tables import kpi_readings
from fakturo.ledger.open import reading, writing
from fakturo.ledger.outbox.kpi_alerts import Origin, look, tell
from fakturo.ledger.tables import audit, outbox
from fakturo.setting_groups.alerts import Alerts
from tests.alerting.made_kpis import DEFAULT, measured

NINE = datetime(2026, 5, 10, 9, 59, tzinfo=UTC)


@pytest.fixture
def told(engine):
    """Events so far: (event, subject)."""

    def found():
        query = select(outbox.c.event, outbox.c.subject).order_by(outbox.c.id)
        with reading(engine) as connection:
            return [tuple(row) for row in connection.execute(query)]

    return found


@pytest.fixture
def hour(engine):
    """Read KPIs N hours after nine, from a publish of that hour; gives what is watched by subject."""

    def read(number, *kpis, alerts=DEFAULT, publish=None):
        origin = Origin(f"p{publish if publish is not None else number:03}", NINE + timedelta(hours=number))
        return {each.reading.measured.kpi: each for each in tell(engine, kpis, alerts, origin)}

    return read


def rate(value, currency="EUR", n=1000):
    return measured("collection_rate", value, currency, n)


def kept(engine):
    with reading(engine) as connection:
        return connection.execute(select(kpi_readings).order_by(kpi_readings.c.id)).all()


def test_a_reading_an_event_and_an_entry_are_written_together(engine, hour, told):
    hour(0, rate(72.41234), measured("review_backlog", 3.0))
    bad, well = kept(engine)
    assert (bad.kpi, bad.currency, bad.state, bad.value, bad.n) == (
        *("collection_rate", "EUR", "critical", 72.4123),
        1000,
    )
    assert (bad.level, bad.warning_level, bad.critical_level, bad.publish_id) == (75, 85, 75, "p000")
    assert (well.currency, well.state, well.level, well.outbox_id) == ("", "ok", None, None)
    with reading(engine) as connection:
        event = connection.execute(select(outbox)).one()
        entry = connection.execute(select(audit)).one()
    assert (event.id, event.event, event.subject) == (
        bad.outbox_id,
        "kpi.critical",
        "collection_rate:EUR",
    )
    payload = json.loads(event.payload)
    assert payload["headline"] == "Collection rate EUR is 72.4 %"
    assert payload["sentence"] == bad.sentence
    assert (payload["before"], payload["severity"], payload["value"]) == ("ok", "critical", 72.4123)
    assert (entry.actor, entry.action, entry.subject) == (
        "alerts",
        "kpi.critical",
        "kpi:collection_rate:EUR",
    )
    with reading(engine) as connection:
        assert audit_check.examine(connection) == (1, [])


def test_a_severity_is_told_once_worsening_again_and_the_all_clear(hour, told):
    values = (90, 84, 83, 70, 74, 80, 70, 86, 88, 90, 84)
    events = []
    for number, value in enumerate(values):
        events.append(hour(number, rate(value))["collection_rate"].event)
    assert events == [
        *(None, "kpi.warning", None, "kpi.critical", None),
        None,  # eased to warning: no news
        *("kpi.critical", None, "kpi.cleared", None, "kpi.warning"),
    ]
    assert [event for event, _ in told()] == [event for event in events if event]


def test_each_currency_and_kpi_is_told_for_itself(hour, told):
    hour(0, rate(70), rate(70, "GBP"), measured("dso", 50.0))
    hour(1, rate(70), rate(90, "GBP"), measured("dso", 50.0))
    assert told() == [
        ("kpi.critical", "collection_rate:EUR"),
        ("kpi.critical", "collection_rate:GBP"),
        ("kpi.warning", "dso:EUR"),
        ("kpi.cleared", "collection_rate:GBP"),
    ]


def test_a_second_run_on_a_publish_writes_nothing(engine, hour, told):
    first = hour(0, rate(70))["collection_rate"]
    again = hour(1, rate(70), publish=0)["collection_rate"]
    assert (first.event, again.event) == ("kpi.critical", None)
    assert again.reading == first.reading
    assert again.since == NINE
    assert len(kept(engine)) == len(told()) == 1


def test_a_publish_that_nothing_follows_grows_old_and_that_is_told(hour, told):
    ages = [hour(n, measured("publish_age", float(n)), publish=0)["publish_age"].event for n in range(15)]
    assert [(hours, event) for hours, event in enumerate(ages) if event] == [
        (4, "kpi.warning"),
        (13, "kpi.critical"),
    ]
    assert hour(15, measured("publish_age", 0.1))["publish_age"].event == "kpi.cleared"


def test_a_gap_without_data_neither_clears_nor_tells_again(engine, hour, told):
    hour(0, rate(70))
    assert hour(1, rate(95, n=3))["collection_rate"].reading.state == "not_enough_data"
    hour(2, rate(None))
    hour(3, rate(71))
    assert told() == [("kpi.critical", "collection_rate:EUR")]
    hour(4, rate(None))
    hour(5, rate(95))
    assert told()[1:] == [("kpi.cleared", "collection_rate:EUR")]
    assert [row.state for row in kept(engine)] == [
        *("critical", "not_enough_data", "not_enough_data", "critical", "not_enough_data", "ok")
    ]


def test_since_is_the_first_reading_of_an_unbroken_state(hour):
    hours = [
        hour(number, rate(value))["collection_rate"] for number, value in enumerate((90, 80, 81, 70, 80))
    ]
    assert [each.since.hour for each in hours] == [9, 10, 10, 12, 13]


def test_a_run_that_was_overtaken_leaves_what_the_newer_one_said(engine, hour, told):
    hour(2, rate(70), publish=2)
    late = hour(3, rate(95), publish=1)["collection_rate"]
    assert late.event is None
    assert len(kept(engine)) == len(told()) == 1


def test_looking_says_what_would_be_told_and_writes_nothing(engine, told):
    (found,) = look(engine, [rate(70)], DEFAULT, Origin("p1", NINE))
    assert (found.reading.state, found.event, found.since) == ("critical", "kpi.critical", NINE)
    assert (kept(engine), told()) == ([], [])


def test_a_kpi_that_is_not_watched_is_neither_written_nor_shown(engine, hour, told):
    alerts = Alerts.model_validate({"collection_rate": {"watched": False}})
    assert hour(0, rate(10), alerts=alerts) == {}
    assert (kept(engine), told()) == ([], [])


def test_new_levels_are_told_at_the_next_run_even_of_the_same_publish(hour, told):
    hour(0, rate(80))
    eased = Alerts.model_validate({"collection_rate": {"warning": 60, "critical": 45}})
    assert hour(1, rate(80), publish=0, alerts=eased)["collection_rate"].event == "kpi.cleared"


def test_many_at_once_tell_it_once(engine, told):
    gate, failures = threading.Barrier(4), []

    def run():
        try:
            gate.wait()
            tell(engine, [rate(70), rate(60, "GBP")], DEFAULT, Origin("p1", NINE))
        except Exception as error:  # noqa: BLE001  collected and asserted below
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []
    assert len(told()) == len(kept(engine)) == 2


def test_a_crash_in_between_leaves_nothing_half_told(engine, hour, told):
    """The second KPI cannot be judged, so the first is not told either; the next run tells both."""
    with pytest.raises(TypeError):
        hour(0, rate(70), measured("dso", 99.0, n=None))
    assert (kept(engine), told()) == ([], [])
    hour(1, rate(70), measured("dso", 99.0))
    assert len(told()) == 2


def test_what_was_read_cannot_be_changed_or_doubled(engine, hour):
    hour(0, rate(70))
    for change in (update(kpi_readings).values(state="ok"), delete(kpi_readings)):
        with pytest.raises(DBAPIError, match="append-only"), writing(engine) as connection:
            connection.execute(change)
    (row,) = kept(engine)
    again = {name: value for name, value in row._mapping.items() if name not in ("id", "outbox_id")}
    with pytest.raises(DBAPIError), writing(engine) as connection:
        connection.execute(insert(kpi_readings).values(again))
