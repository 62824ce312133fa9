"""Metrics on the story of conftest.py beside SQL written apart from them; the AI's in test_ai_marts.py."""

import json
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from typer.testing import CliRunner

from fakturo.cli.main import app
from fakturo.errors import BadInput
from fakturo.warehouse.metrics.layer import layer
from fakturo.warehouse.metrics.query import Question, compiled
from fakturo.warehouse.reading import open_published
from flows.parse_transforms import semantic_manifest

MINOR = "from ledger.invoices where kind = 'invoice'"
OPEN = "(select sum(total_minor) from ledger.invoices where kind = 'invoice')"
SETTLED = "(select sum(amount_minor) from ledger.allocations)"
LATE = "(select sum(total_minor) from ledger.invoices where kind = 'invoice' and number = 'INV-2026-000003')"
SALES = "(select sum(if(kind = 'invoice', total_minor, -total_minor)) from ledger.invoices)"
SPENT = "(select sum(amount_minor) filter (where kind = 'payment') from ledger.allocations)"
DAYS = "date '2026-05-10' - date '2026-01-10' + 10"  # months are whole: from the first of January on
PLAIN = {
    "revenue": "select sum(if(kind = 'invoice', net_minor, -net_minor)) / 100.0 from ledger.invoices",
    "gross_revenue": "select sum(net_minor) / 100.0 " + MINOR,
    "credited": "select sum(net_minor) / 100.0 from ledger.invoices where kind = 'credit_note'",
    "sales": f"select {SALES} / 100.0",
    "sales_of_period": f"select {SALES} / 100.0",
    "invoices": "select count(*) " + MINOR,
    "credit_notes": "select count(*) from ledger.invoices where kind = 'credit_note'",
    "average_invoice": "select avg(net_minor) / 100.0 " + MINOR,
    # O1 in 25 days, O2 in 50, O4 in 30: the others are open, credited or written off
    "average_payment_days": "select avg(paid - issued) from (values (date '2026-02-04', date '2026-01-10'), "
    "(date '2026-04-01', date '2026-02-10'), (date '2026-05-01', date '2026-04-01')) as told(paid, issued)",
    "invoiced": "select sum(total_minor) / 100.0 " + MINOR,
    "collected": f"select {SPENT} / 100.0",
    "received": "select sum(amount_minor) / 100.0 from ledger.payments",
    "settled": f"select {SETTLED} / 100.0",
    "open_receivables": f"select ({OPEN} - {SETTLED}) / 100.0",
    "overdue": f"select {LATE} / 100.0",
    "overdue_share": f"select 100.0 * {LATE} / ({OPEN} - {SETTLED})",
    "days_of_period": f"select {DAYS}",
    "dso": f"select 1.0 * ({OPEN} - {SETTLED}) * ({DAYS}) / {SALES}",
    "collection_rate": f"select 100.0 * {SPENT} / {OPEN}",  # nothing was open before January
    "drafts": "select count(*) from ledger.drafts",
    "drafts_proved": "select count(*) from ledger.drafts where outcome = 'proved'",
    "drafts_proved_rate": "select 100.0 * count(*) filter (where outcome = 'proved') / count(*) "
    "from ledger.drafts",
    "ai_requests": "select nullif(count(*), 0) from ledger.ai_calls",
    "ai_answers": "select nullif(count(*) filter (where outcome = 'ok'), 0) from ledger.ai_calls",
    "ai_ended_requests": "select nullif(count(*) filter (where outcome <> 'sent'), 0) from ledger.ai_calls",
    "ai_success_rate": "select 100.0 * count(*) filter (where outcome = 'ok') "
    "/ nullif(count(*) filter (where outcome <> 'sent'), 0) from ledger.ai_calls",
    "ai_cost": "select sum(cost_micros) / 1e6 from ledger.ai_calls",
    "ai_cost_of_orders": "select coalesce(sum(cost_micros), 0) / 1e6 from ledger.ai_calls",
    "ai_cost_of_invoices": "select coalesce(sum(cost_micros), 0) / 1e6 from ledger.ai_calls",
    "ai_invoices": "select count(distinct order_id) from ledger.ai_calls",
    "ai_cost_per_invoice": "select sum(cost_micros) / nullif(count(*), 0) from ledger.ai_calls",
    "ai_full_cost_per_invoice": "select sum(cost_micros) / nullif(count(*), 0) from ledger.ai_calls",
    "orders": "select count(*) from ledger.orders",
    "orders_invoiced": "select count(*) from ledger.invoices",
}


@pytest.fixture(scope="module")
def metrics(paid):
    return layer(semantic_manifest(paid))


@pytest.fixture
def told(metrics, paid):
    """Rows of a question about metrics, on the published story."""
    with open_published(paid) as connection:
        yield lambda *names, **given: connection.execute(
            compiled(metrics, Question(names, **given))
        ).fetchall()


def test_every_metric_is_compared(metrics):
    assert PLAIN.keys() == metrics.definitions.keys()


@pytest.mark.parametrize("name", PLAIN)
def test_a_metric_is_what_plain_sql_comes_to(name, told, metrics, asked):
    ((expected,),) = asked(f"select round(cast(({PLAIN[name]}) as decimal(38, 10)), 2)")
    (row,) = told(name)
    assert row[:-1] == (("GBP",) if metrics.definitions[name].is_by_currency else ())
    assert (None if row[-1] is None else f"{row[-1]:.2f}") == expected


def test_months_are_those_of_kpi_monthly(told, asked):
    names = ("revenue", "collected", "open_receivables", "overdue", "dso", "collection_rate")
    rows = told(*names, by=("month",))
    assert [(*row[:2], *map(_cents, row[2:])) for row in rows] == asked(
        "select month_date, currency, nullif(revenue_amount, 0), collected_amount, closing_amount, "
        "overdue_amount, dso_days, collection_rate_pct from kpi_monthly order by month_date"
    )
    assert len(rows) == 5


def _cents(value):
    return None if value is None else f"{value:.2f}"


def test_time_countries_and_conditions(told):
    assert told("revenue", by=("month", "customer_country"))[2:] == [
        (date(2026, 3, 1), "GB", "GBP", Decimal(2100)),
        (date(2026, 4, 1), "GB", "GBP", Decimal(1100)),
    ]
    april = {"since": date(2026, 4, 1), "until": date(2026, 4, 15)}
    assert told("revenue", **april) == [("GBP", Decimal(1300))]
    assert told("invoices", by=("customer",), where="kind = 'invoice' and customer <> 'K1'") == [("K2", 2)]
    assert told("invoices", by=("quarter",)) == [(date(2026, 1, 1), 4), (date(2026, 4, 1), 2)]
    assert told("invoices", where="month = date '2026-03-01'") == [(2,)]


def test_never_adds_two_currencies_and_keeps_rows_without_a_country(metrics):
    """Three invoices of 10, 20 and 40, in EUR, EUR and JPY; the customer of the second is not known."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse")
        connection.execute(
            "create table warehouse.fct_invoices as select * from (values "
            "('invoice', 10, 10, 'EUR', 'K1', date '2026-01-02', date '2026-01-03', 1), "
            "('invoice', 20, 20, 'EUR', 'K2', date '2026-01-02', date '2026-01-05', 3), "
            "('invoice', 40, 40, 'JPY', 'K1', date '2026-01-02', date '2026-01-03', 1)) as told(kind, "
            "net_amount, signed_net_amount, currency, customer_id, issue_date, settled_date, payment_days)"
        )
        connection.execute(
            "create table warehouse.dim_customers as select 'K1' as customer_id, 'GB' as country"
        )

        def told(*names, **given):
            return connection.execute(compiled(metrics, Question(names, **given))).fetchall()

        assert told("revenue") == [("EUR", 30), ("JPY", 40)]
        assert told("average_invoice") == [("EUR", 15), ("JPY", 40)]
        assert told("invoices") == [(3,)]
        assert told("revenue", "average_payment_days", by=("customer_country",)) == [
            ("GB", "EUR", 10, 1),
            ("GB", "JPY", 40, 1),
            (None, "EUR", 20, 3),
        ]


def test_every_metric_that_rests_on_amounts_of_documents_stands_by_currency(metrics):
    without = {name for name, each in metrics.definitions.items() if not each.is_by_currency}
    counts = {"invoices", "credit_notes", "average_payment_days"}
    assert {name for name in without if not name.startswith(("ai_", "drafts", "orders"))} == counts


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"metrics": ("revnue",)}, "There is no metric 'revnue'; did you mean revenue"),
        ({"metrics": ("revenue",), "by": ("colour",)}, "cannot be grouped by 'colour'; by day, week"),
        ({"metrics": ("dso",), "by": ("customer",)}, "dso cannot be grouped by 'customer'"),
        ({"metrics": ("revenue",), "where": "colour = 1"}, "--where knows no 'colour'"),
        ({"metrics": ("revenue",), "where": "kind = "}, "cannot be read"),
        ({"metrics": ("revenue",), "where": "kind = 'a'; drop table x"}, "is no condition"),
        ({"metrics": ("revenue",), "where": "kind in (select 1)"}, "is no condition"),
        ({"metrics": ("revenue",), "where": "kind = '{{ 1 }}'"}, "takes SQL, no template"),
        ({"metrics": ("revenue",), "since": date(2026, 2, 1), "until": date(2026, 1, 1)}, "is after --to"),
    ],
)
def test_what_cannot_be_asked_is_said(given, reason, metrics):
    with pytest.raises(BadInput) as refused:
        compiled(metrics, Question(**given))
    assert reason in str(refused.value)


def test_the_command_lists_metrics_and_answers(paid, monkeypatch):
    monkeypatch.setenv("FAKTURO_HOME", str(paid.home))
    listed = CliRunner().invoke(app, ["metric"]).output
    assert "collection_rate" in listed
    assert "Amounts always stand by currency." in listed
    asked = ["metric", "revenue,invoices", "--by", "month", "--from", "2026-04-01", "--format", "json"]
    (row,) = json.loads(CliRunner().invoke(app, asked).output)
    assert row == {"month": "2026-04-01", "currency": "GBP", "revenue": 1100, "invoices": 2}
