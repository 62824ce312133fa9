"""KPIs out of a published file: whole months only, each currency for itself, nothing where nothing is."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fakturo.alerting.judging import judge
from fakturo.errors import WarehouseError
from fakturo.setting_groups.alerts import Alerts
from fakturo.warehouse.kpi_readings import measure
from fakturo.warehouse.reading import open_published
from tests.alerting.made_warehouse import MADE_AT, day, month, publish_made


@pytest.fixture
def read(settings):
    """Measure a published file of so many rows: `read(kpi_daily=[...], made_at=...)`."""

    def found(made_at=MADE_AT, now=None, **rows):
        publish_made(settings, made_at, **rows)
        with open_published(settings) as published:
            return measure(published, now=now or made_at)

    return found


def by_name(measurement):
    return {(each.kpi, each.currency): each for each in measurement.kpis}


def test_the_last_whole_month_counts_and_the_running_one_does_not(read):
    """On 10 May: April beside March. 63 in 21 days after 110 in 22 is 3 a day after 5: 40 % less."""
    found = by_name(
        read(
            kpi_daily=[day("EUR", date(2026, 3, 31), still_open=12), day("EUR", date(2026, 5, 10), dso="41")],
            kpi_monthly=[
                month("EUR", 3, 110, open_days=22),
                month("EUR", 4, 63, rate="81.50", days="36.25", cei="77.00"),
                month("EUR", 5, 2, open_days=6, rate="3.00", days="99.00", cei="1.00"),
            ],
        )
    )
    april = (date(2026, 4, 1), date(2026, 4, 30))
    rate = found["collection_rate", "EUR"]
    assert (rate.value, rate.n, (rate.first_date, rate.last_date)) == (81.5, 75, april)
    paid = found["average_payment_days", "EUR"]
    assert (paid.value, paid.n) == (36.25, 30)
    assert (found["cei", "EUR"].value, found["cei", "EUR"].n) == (77.0, 75)
    change = found["invoice_volume_change", "EUR"]
    assert (change.value, change.n) == (pytest.approx(-40), 110)
    assert change.p == pytest.approx(0.0006582432, rel=1e-6)  # P(Bin(173, 21/43) <= 63), by fractions


def test_a_drop_to_the_level_itself_is_at_it_and_not_beside_it_by_a_float(read):
    """800 after 1,000: 8 / 10 - 1 is -0.19999999999999996 in floats."""
    rows = [month("EUR", 3, 1000), month("EUR", 4, 800)]
    found = by_name(read(kpi_daily=[day("EUR", date(2026, 5, 10))], kpi_monthly=rows))
    change = found["invoice_volume_change", "EUR"]
    assert (change.value, judge(change, Alerts()).state) == (-20.0, "warning")


@pytest.mark.parametrize(
    ("made_at", "months"),
    [
        (datetime(2026, 4, 30, 23, 0, tzinfo=UTC), "2026-03"),
        (datetime(2026, 5, 1, 0, 5, tzinfo=UTC), "2026-04"),
    ],
)
def test_a_month_is_whole_only_when_its_last_day_is_over(read, made_at, months):
    rows = [month("EUR", 3, 100), month("EUR", 4, 100), month("EUR", 5, 1)]
    found = by_name(read(made_at, kpi_daily=[day("EUR", made_at.date())], kpi_monthly=rows))
    assert f"{found['cei', 'EUR'].first_date:%Y-%m}" == months


@pytest.mark.parametrize("running", range(1, 29))
def test_no_day_of_a_running_month_looks_like_a_drop(read, running):
    """100 invoices a month; on day N of May so many of them as days have passed."""
    made_at = datetime(2026, 5, running, 9, 0, tzinfo=UTC)
    rows = [month("EUR", 3, 100), month("EUR", 4, 100), month("EUR", 5, 3 * running, open_days=running)]
    found = by_name(read(made_at, kpi_daily=[day("EUR", made_at.date())], kpi_monthly=rows))
    assert judge(found["invoice_volume_change", "EUR"], Alerts()).state == "ok"


def test_currencies_are_read_each_for_itself(read):
    found = by_name(
        read(
            kpi_daily=[
                day("EUR", date(2026, 5, 10), 7, dso="30"),
                day("GBP", date(2026, 5, 10), 5, dso="70"),
            ],
            kpi_monthly=[month("EUR", 4, 50), month("GBP", 3, 80), month("GBP", 4, 20, cei="60.00")],
        )
    )
    assert found["invoice_volume_change", "EUR"].value is None
    assert found["invoice_volume_change", "GBP"].value == pytest.approx(-75)
    assert (found["dso", "EUR"].value, found["dso", "EUR"].n) == (30.0, 7)
    assert (found["dso", "GBP"].value, found["dso", "GBP"].n) == (70.0, 5)
    assert found["cei", "GBP"].value == 60.0
    assert {currency for kpi, currency in found if kpi == "dso"} == {"EUR", "GBP"}


def test_a_currency_in_its_first_month_is_there_without_a_value(read):
    found = by_name(
        read(kpi_daily=[day("EUR", date(2026, 5, 10), 9)], kpi_monthly=[month("EUR", 5, 9, open_days=6)])
    )
    for kpi in ("collection_rate", "average_payment_days", "invoice_volume_change", "cei", "dso"):
        assert judge(found[kpi, "EUR"], Alerts()).state == "not_enough_data"


@pytest.mark.parametrize(
    ("payments", "known"),
    [
        ([("GBP", date(2026, 1, 5))], False),
        ([("EUR", date(2026, 4, 1))], False),
        ([("EUR", date(2026, 3, 31))], True),
    ],
    ids=["never in this currency", "only since the month began", "before the month"],
)
def test_invoices_are_not_called_unpaid_where_payments_are_not_known(read, payments, known):
    """A house that does not take in its bank statements has a collection rate of 0."""
    found = by_name(
        read(
            kpi_daily=[day("EUR", date(2026, 5, 10), 60, dso="99")],
            kpi_monthly=[month("EUR", 3, 60), month("EUR", 4, 60, rate="0.00", cei="0.00", paid=0)],
            fct_payments=payments,
        )
    )
    expected = "critical" if known else "not_enough_data"
    judged = {kpi: judge(found[kpi, "EUR"], Alerts()) for kpi in ("collection_rate", "cei", "dso")}
    assert judged["collection_rate"].state == judged["cei"].state == expected
    assert judged["dso"].state == "not_enough_data"  # 90 days begin on 10 February
    if not known:
        assert judged["cei"].sentence == (
            "Collection effectiveness index EUR of 2026-04: not enough data, no payment is known from "
            "before 2026-04-01."
        )


def test_an_empty_house_alerts_of_nothing(read):
    states = {each.kpi: judge(each, Alerts()).state for each in read().kpis}
    assert states == {
        "ai_success_rate": "not_enough_data",
        "review_backlog": "not_enough_data",
        "review_age": "not_enough_data",
        "publish_age": "ok",
    }


def test_a_day_of_requests_counts_over_all_models(read):
    nine = MADE_AT.replace(tzinfo=None)
    found = by_name(
        read(
            kpi_ai_hourly=[
                (nine - timedelta(hours=24), 0, 500),
                (nine - timedelta(hours=23), 30, 40),
                (nine - timedelta(hours=1), 50, 60),
            ]
        )
    )["ai_success_rate", None]
    assert (found.value, found.n) == (80.0, 100)


def test_orders_in_review_are_counted_and_the_oldest_is_as_old_as_it_waits(read):
    came = MADE_AT.replace(tzinfo=None)
    rows = [
        ("needs_review", came - timedelta(days=3, hours=12)),
        ("needs_review", came - timedelta(hours=1)),
        ("issued", came - timedelta(days=90)),
    ]
    found = by_name(read(fct_orders=rows))
    assert (found["review_backlog", None].value, found["review_backlog", None].n) == (2.0, 3)
    assert found["review_age", None].value == pytest.approx(3.5)
    found = by_name(read(fct_orders=rows[2:]))
    assert (found["review_backlog", None].value, found["review_age", None].value) == (0.0, 0.0)


def test_a_publish_is_as_old_as_now_says(read):
    measurement = read(now=MADE_AT + timedelta(hours=3, minutes=30))
    assert (measurement.publish_id, measurement.made_at) == ("20260510T090000.000000Z", MADE_AT)
    assert by_name(measurement)["publish_age", None].value == pytest.approx(3.5)
    behind = by_name(read(now=MADE_AT - timedelta(seconds=1)))
    assert behind["publish_age", None].value == 0.0


def test_a_file_without_the_tables_is_refused_in_a_sentence(published, settings, now):
    published(now)
    with open_published(settings) as file, pytest.raises(WarehouseError):
        measure(file, now=now)
