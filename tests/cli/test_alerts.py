"""`fakturo alerts`: every KPI now, in words, and told only when asked to."""

from datetime import timedelta

import pytest

from fakturo.clock import utc_now
from tests.alerting.made_warehouse import day, month, publish_made


@pytest.fixture
def published(settings):
    """A warehouse of an hour ago, with a collection rate of 72.4 % in EUR and a good one in GBP."""

    def make(rate="72.40"):
        made_at = utc_now() - timedelta(minutes=30)
        first = made_at.date().replace(day=1)
        last = (first - timedelta(days=1)).replace(day=1)
        rows = [
            (currency, last, *month(currency, 1, 60, rate=value)[2:])
            for currency, value in (("EUR", rate), ("GBP", "93.00"))
        ]
        days = [day(currency, made_at.date(), dso="30") for currency in ("EUR", "GBP")]
        publish_made(settings, made_at, kpi_daily=days, kpi_monthly=rows)

    return make


def line(output, *words):
    return next(each for each in output.splitlines() if all(word in each for word in words))


def test_it_lists_every_kpi_with_value_state_and_levels(run, published):
    published()
    shown = run("alerts").output
    bad = line(shown, "Collection rate", "EUR")
    assert "72.4 %" in bad
    assert "critical" in bad
    assert "warning below 85 %, critical below 75 %" in bad
    assert "ok" in line(shown, "Collection rate", "GBP")
    assert "not enough data" in line(shown, "Review backlog", "orders")
    assert "hours" in line(shown, "Age of the published warehouse")
    assert "1 not told yet" in shown


def test_told_it_says_since_when_and_tells_no_second_time(run, published):
    published()
    assert "1 told: fakturo outbox list" in run("alerts", "--tell").output
    assert "0 told" in run("alerts", "--tell").output
    shown = run("alerts").output
    assert "not told yet" not in shown
    assert f"{utc_now():%Y-%m-%d}" in line(shown, "Collection rate", "EUR")
    assert "1 events wait to be passed on" in run("outbox", "list").output


def test_without_a_warehouse_it_says_what_to_do(run):
    result = run("alerts")
    assert result.exit_code == 1
    assert "run `fakturo build`" in str(result.exception)


def test_levels_of_the_settings_hold(run, published, monkeypatch):
    monkeypatch.setenv("FAKTURO_ALERTS_COLLECTION_RATE", '{"warning": 60, "critical": 45}')
    published()
    assert "ok" in line(run("alerts").output, "Collection rate", "EUR")
    assert run("config", "alerts.collection_rate.warning").output.strip() == "60.0"
    assert "FAKTURO_ALERTS_COLLECTION_RATE" in line(run("config").output, "alerts.collection_rate.warning")
