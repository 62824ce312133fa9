"""KPIs out of a warehouse that dbt built, and their readings in the next one."""

from datetime import UTC, datetime, timedelta

import pytest

from fakturo.alerting.judging import judge
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect
from fakturo.ledger.outbox.kpi_alerts import Origin, tell
from fakturo.setting_groups.alerts import Alerts
from fakturo.settings import load
from fakturo.warehouse.kpi_readings import measure
from fakturo.warehouse.reading import open_published
from flows.build_marts import build
from tests.alerting.made_kpis import DEFAULT, measured

AS_OF = datetime(2026, 5, 10, 9, 0, tzinfo=UTC)


def test_the_marts_have_what_is_watched(paid):
    """April of the story: two invoices (1,560 with tax) beside two in March, on 22 days each.

    At its beginning three were open: O2 with 600 - 200, O3 with 2,400, O6 with 120, which is 2,920. What O3
    paid was charged back, so 400 were collected of 2,920 + 1,560: 8.93 %.
    """
    with open_published(paid) as published:
        found = measure(published, now=AS_OF + timedelta(hours=2))
    kpis = {each.kpi: each for each in found.kpis}
    assert {each.currency for each in found.kpis} == {"GBP", None}
    assert (kpis["collection_rate"].value, kpis["collection_rate"].n) == (8.93, 5)
    assert (kpis["average_payment_days"].value, kpis["average_payment_days"].n) == (50.0, 1)
    assert (kpis["invoice_volume_change"].value, kpis["invoice_volume_change"].n) == (0.0, 2)
    assert kpis["publish_age"].value == pytest.approx(2.0)
    alerts = Alerts.model_validate({"collection_rate": {"least": 5}})
    assert judge(kpis["collection_rate"], alerts).state == "critical"
    assert judge(kpis["collection_rate"], DEFAULT).state == "not_enough_data"


def test_readings_reach_the_next_publish_with_what_was_told(tmp_path):
    home = load(home=tmp_path / "home", _env_file=None)
    engine = connect(home.ledger_url)
    upgrade(engine)
    for hour, value in enumerate((70.0, 71.0, 95.0)):
        origin = Origin(f"p{hour}", AS_OF - timedelta(hours=5 - hour), "run-1")
        tell(engine, [measured("collection_rate", value), measured("review_backlog", 3.0)], DEFAULT, origin)
    build(home, now=AS_OF)
    engine.dispose()
    with open_published(home) as asked:
        rows = asked.execute(
            "select kpi, currency, state, kpi_value, level_value, told_event, is_latest "
            "from fct_kpi_readings order by kpi, kpi_reading_id"
        ).fetchall()
        assert rows == [
            ("collection_rate", "EUR", "critical", 70.0, 75.0, "kpi.critical", False),
            ("collection_rate", "EUR", "critical", 71.0, 75.0, None, False),
            ("collection_rate", "EUR", "ok", 95.0, None, "kpi.cleared", True),
            ("review_backlog", None, "ok", 3.0, None, None, False),
            ("review_backlog", None, "ok", 3.0, None, None, False),
            ("review_backlog", None, "ok", 3.0, None, None, True),
        ]
        runs = asked.execute("select run_id, kpi_reading_count from fct_runs").fetchall()
        assert runs == [("run-1", 6)]
