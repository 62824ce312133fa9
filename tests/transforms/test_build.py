"""Snapshot, dbt, expectations and publish together, on small ledgers; one real build serves most tests."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from typer.testing import CliRunner

from bench.made_ledger import fill
from fakturo.cli.main import app
from fakturo.errors import WarehouseError
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect, reading, writing
from fakturo.ledger.tables import ai_calls, drafts, findings
from fakturo.money import to_major
from fakturo.settings import load
from fakturo.warehouse.reading import open_published
from flows.build_marts import build
from flows.run_transforms import transform

ROOT = Path(__file__).parents[2]
TRANSFORMS = ROOT / "transforms"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A published warehouse of 80 orders, with what dbt reported; never written to."""
    home = tmp_path_factory.mktemp("built")
    settings = load(home=home, _env_file=None)
    engine = connect(settings.ledger_url)
    upgrade(engine)
    fill(engine, count=80, lines=4, now=NOW)
    with writing(engine) as connection:
        connection.execute(
            insert(ai_calls),
            [
                {"order_id": 1, "endpoint": "e", "model": "m", "prompt_version": "1", "request_sha256": "a",
                 "outcome": outcome, "cost_micros": 1250, "duration_ms": 900, "started_at": NOW}
                for outcome in ("timeout", "ok")
            ],
        )  # fmt: skip
        connection.execute(
            insert(drafts).values(
                order_id=2, drafter="model", model="m", prompt_version="1", outcome="refused", created_at=NOW
            )
        )
        connection.execute(
            insert(findings),
            [
                {"order_id": 1, "stage": "issue", "code": code, "message": "m", "created_at": NOW}
                for code in ("b_code", "a_code", "a_code")
            ],
        )
    steps = []
    published = build(
        settings, now=NOW, run_id="run-1", on_progress=lambda done, of: steps.append((done, of))
    )
    engine.dispose()
    return settings, published, steps


@pytest.fixture
def ask(built):
    """Rows of a query on the published warehouse."""
    with open_published(built[0]) as connection:
        yield lambda query: connection.execute(query).fetchall()


def ledger(settings, query):
    engine = connect(settings.ledger_url)
    with reading(engine) as connection:
        rows = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return rows


def test_what_was_built_is_told(built):
    settings, published, steps = built
    assert published.file == settings.warehouse_file
    assert published.publish_id == "20260302T090000.000000Z"
    assert published.rows["orders"] == 80
    assert published.models == len(list((TRANSFORMS / "models").rglob("*.sql")))
    marts, seeds = len(list((TRANSFORMS / "models/marts").glob("*.sql"))), 2
    assert published.tests > marts + seeds + len(list((TRANSFORMS / "tests").glob("*.sql")))
    assert steps[-1][0] <= steps[-1][1]
    assert len(steps) > 100


def test_totals_equal_the_ledger_to_the_cent_in_every_currency(built, ask):
    settings, _, _ = built
    by_currency = {
        currency: (count, to_major(net, currency), to_major(tax, currency), to_major(total, currency))
        for currency, count, net, tax, total in ledger(
            settings,
            "SELECT currency, count(*), sum(net_minor), sum(tax_minor), sum(total_minor) "
            "FROM invoices GROUP BY currency",
        )
    }
    assert set(by_currency) == {"GBP", "EUR", "JPY", "BHD"}  # 2, 2, 0 and 3 decimals
    marts = ask(
        "select currency, count(*), sum(net_amount), sum(tax_amount), sum(total_amount) "
        "from fct_invoices group by currency"
    )
    assert {row[0]: row[1:] for row in marts} == by_currency


def test_every_line_of_every_invoice_is_there(built, ask):
    contents = [json.loads(row[0]) for row in ledger(built[0], "SELECT content FROM invoices")]
    expected = sorted(
        (each["number"], line["no"], line["quantity"], line["unit_price"], line["net_minor"])
        for each in contents
        for line in each["lines"]
    )
    got = ask(
        "select invoice_number, line_number, quantity, unit_price, "
        "cast(net_amount / currencies.major_per_minor as bigint) from fct_invoice_lines "
        "join seeds.currencies on currency = currency_code"
    )
    plain = sorted(
        (row[0], row[1], f"{row[2].normalize():f}", f"{row[3].normalize():f}", row[4]) for row in got
    )
    assert plain == expected


def test_an_order_shows_what_became_of_it(ask):
    assert ask(
        "select status, is_invoiced, invoice_number, last_drafter, finding_codes, finding_count, "
        "ai_call_count, ai_failed_call_count, ai_cost_amount::varchar, issued_after_ms "
        "from fct_orders where order_id = 1"
    ) == [("issued", True, "INV-2026-000001", "rules", "a_code, b_code", 3, 2, 1, "0.002500", 0)]


def test_cancellations_have_no_invoice(ask):
    assert ask("select distinct status, is_invoiced from fct_orders where kind = 'cancellation'") == [
        ("credit_requested", False)
    ]


def test_a_customer_is_counted_once(ask):
    ((customers, orders_of, invoices_of),) = ask(
        "select count(distinct customer_id), sum(order_count + cancellation_count), sum(invoice_count) "
        "from dim_customers"
    )
    assert orders_of == 80
    assert invoices_of == ask("select count(*) from fct_invoices")[0][0]
    assert customers == ask("select count(distinct customer_id) from fct_orders")[0][0]
    assert ask("select count(customer_name) from dim_customers") == [(0,)]


def test_a_file_adds_up(ask):
    assert ask("select rows_in - rows_accepted - rows_duplicate - rows_quarantined from fct_intake") == [(0,)]


def test_the_file_says_which_publish_it_is(ask):
    assert ask("select publish_id, run_id, made_at, audit_seq, order_count from publish_info") == [
        ("20260302T090000.000000Z", "run-1", NOW.replace(tzinfo=None), 80, 80)
    ]


def test_every_mart_and_column_is_described_in_the_file(ask):
    assert (
        ask(
            "select table_name from duckdb_tables() "
            "where database_name = 'warehouse' and schema_name = 'main' and comment is null"
        )
        == []
    )
    assert (
        ask(
            "select table_name, column_name from duckdb_columns() "
            "where database_name = 'warehouse' and schema_name = 'main' and comment is null"
        )
        == []
    )


# nothing is paid, late, dunned or predicted here; test_saved_questions.py, test_dunning_mart.py and
# test_prediction_marts.py have the answers
QUERIES = set((ROOT / "docs/queries").glob("*.sql"))
ANSWERED = (
    "overdue_by_customer", "unallocated_payments", "dunning_works",
    "anomalies_to_judge", "cash_next_weeks", "collection_worklist", "predictions_kept", "revenue_forecast",
    "who_may_leave",
)  # fmt: skip
QUERIES -= {ROOT / f"docs/queries/{name}.sql" for name in ANSWERED}


@pytest.mark.parametrize("query", sorted(QUERIES), ids=lambda path: path.stem)
def test_a_saved_question_is_answered(ask, query):
    assert query.read_text().startswith("-- ")
    assert ask(query.read_text()), query.stem


def test_the_saved_revenue_is_that_of_the_ledger(built, ask):
    rows = ask((ROOT / "docs/queries/revenue_by_month.sql").read_text())
    by_currency = {}
    for currency, _, _, net in rows:
        by_currency[currency] = by_currency.get(currency, 0) + net
    assert by_currency == {
        currency: to_major(net, currency)
        for currency, net in ledger(
            built[0], "SELECT currency, sum(net_minor) FROM invoices GROUP BY currency"
        )
    }


def test_the_unit_tests_of_the_money_logic_pass(built, tmp_path):
    settings, published, _ = built
    file = tmp_path / "warehouse.duckdb"
    shutil.copy(published.file, file)
    assert transform(settings, file, unit_tests=True) == (0, 14)


def test_an_empty_ledger_in_a_relative_home_is_published_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load(home=Path("data"), _env_file=None)
    engine = connect(settings.ledger_url)
    upgrade(engine)
    engine.dispose()
    assert build(settings, now=NOW).rows["invoices"] == 0
    assert Path.cwd() == tmp_path
    assert not (TRANSFORMS / "data").exists()
    with open_published(settings) as connection:
        assert connection.execute("select count(*) from fct_invoices").fetchone() == (0,)
        assert connection.execute("select audit_seq from publish_info").fetchone() == (0,)


def test_a_postgresql_ledger_gives_the_same_marts(postgres_url, settings, now):
    engine = connect(postgres_url)
    upgrade(engine)
    fill(engine, count=30, lines=3, now=now)
    engine.dispose()
    there = settings.model_copy(update={"ledger": settings.ledger.model_copy(update={"url": postgres_url})})
    published = build(there, now=now)
    with open_published(there) as connection:
        assert connection.execute("select count(*) from fct_invoices").fetchone() == (
            published.rows["invoices"],
        )


@pytest.fixture
def spoiled(built, tmp_path):
    """A copy of the built home: `spoiled(SQL, …)` changes its ledger, builds again and gives the refusal."""
    settings = built[0].model_copy(update={"home": tmp_path / "home"})
    shutil.copytree(built[0].home, settings.home)

    def spoil(*statements):
        with closing(sqlite3.connect(settings.home / "ledger.sqlite")) as connection, connection:
            triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for statement in (*(f"DROP TRIGGER {name}" for (name,) in triggers), *statements):
                connection.execute(statement)
        with pytest.raises(WarehouseError) as refused:
            build(settings, now=NOW + timedelta(hours=1))
        with open_published(settings) as connection:
            assert connection.execute("select made_at from publish_info").fetchone() == (
                NOW.replace(tzinfo=None),
            )
        assert not (settings.home / "build").exists()
        return str(refused.value)

    return spoil


def test_a_changed_total_keeps_the_published_file(spoiled):
    refused = spoiled("UPDATE invoices SET total_minor = -5 WHERE id = 3")
    assert refused.startswith(
        "The warehouse was not published: test invoice_content_agrees_with_columns failed"
    )
    assert "on 1 rows (invoice_number INV-2026-000003, is_content_intact True" in refused
    assert "total_minor -5" in refused
    assert refused.endswith("The published file stands.")


def test_broken_references_and_unknown_kinds_keep_the_published_file(spoiled):
    refused = spoiled(
        "UPDATE invoices SET customer_id = 'nobody' WHERE id = 4",
        "UPDATE orders SET kind = 'gift' WHERE id = 5",
    )
    assert "customer_id is not in dim_customers on 1 rows (invoice_id 4, value nobody)" in refused
    assert (
        "fct_orders.kind is not one of order, cancellation, deposit on 1 rows (order_id 5, value gift)"
        in refused
    )


def test_vanished_invoices_keep_the_published_file(spoiled):
    refused = spoiled(
        "DELETE FROM invoices",
        "DELETE FROM audit",
        "UPDATE orders SET status = 'queued' WHERE status = 'issued'",
        "UPDATE series SET next_seq = 1",
        "UPDATE audit_head SET seq = 0",
    )
    assert re.search(r"rows_vanished failed on 2 rows \((audit, invoices|invoices, audit)\)", refused)
    assert "move warehouse.duckdb away" in refused


def test_the_command_says_what_it_published(built, monkeypatch):
    _, published, _ = built
    monkeypatch.setattr("flows.build_marts.build", lambda _settings, **_: published)
    answer = CliRunner().invoke(app, ["build"])
    assert answer.exit_code == 0, answer.output
    words = " ".join(answer.output.split())
    assert "as 20260302T090000.000000Z: 80 orders, 79 invoices, " in words
    assert "checks passed" in words
