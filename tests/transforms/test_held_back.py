"""Poisoned batches: the published file stays, failed checks and keys are named, the outside is told once."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bench.made_ledger import fill
from fakturo import settings as settings_room
from fakturo.cli.main import app
from fakturo.errors import HeldBack
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect, reading
from fakturo.ledger.tables import outbox
from fakturo.settings import load
from fakturo.warehouse.reading import open_published
from flows import build_marts as flow_file
from flows.build_marts import build

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORDERS = 120


@pytest.fixture(scope="module")
def published_home(tmp_path_factory):
    """A home with a publish of 120 orders that remembers two like it; never written to."""
    settings = load(home=tmp_path_factory.mktemp("published"), _env_file=None)
    engine = connect(settings.ledger_url)
    upgrade(engine)
    fill(engine, count=ORDERS, lines=2, now=NOW)
    engine.dispose()
    build(settings, now=NOW)
    with duckdb.connect(str(settings.warehouse_file)) as connection:
        for hour in (1, 2):
            connection.execute(
                "insert into publishing.history select publish_id || ?, made_at - to_hours(?), made_on, "
                "table_name, row_count from publishing.history where made_at = ?",
                [f"-{hour}", hour, NOW.replace(tzinfo=None)],
            )
    return settings.home


class Warehouse:
    """A copy of that home, whose ledger can be spoiled and healed."""

    def __init__(self, home):
        self.settings = load(home=home, _env_file=None)
        self.hour = 0
        self.before = self.bytes()
        with closing(sqlite3.connect(home / "ledger.sqlite")) as connection, connection:
            triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in triggers:
                connection.execute(f"DROP TRIGGER {name}")

    def bytes(self):
        return self.settings.warehouse_file.read_bytes()

    def run(self, *statements):
        """Statements on the ledger; a dict loosens a table: its keys and NOT NULLs go."""
        with closing(sqlite3.connect(self.settings.home / "ledger.sqlite")) as connection, connection:
            connection.execute("PRAGMA legacy_alter_table = ON")  # a view names the table
            for statement in statements:
                if isinstance(statement, dict):
                    self._loosen(connection, statement["loosen"])
                else:
                    connection.execute(statement)

    def _loosen(self, connection, table):
        (made,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()
        made = re.sub(r",\s*CONSTRAINT \w+ (UNIQUE|PRIMARY KEY) \([^)]*\)", "", made).replace(" NOT NULL", "")
        connection.execute(re.sub(rf"CREATE TABLE \"?{table}\"?", "CREATE TABLE loose", made))
        columns = ", ".join(row[1] for row in connection.execute("PRAGMA table_info(loose)"))
        connection.execute(f"INSERT INTO loose ({columns}) SELECT {columns} FROM {table}")  # noqa: S608
        connection.execute(f"DROP TABLE {table}")
        connection.execute(f"ALTER TABLE loose RENAME TO {table}")

    def build(self):
        self.hour += 1
        return build(self.settings, now=NOW + timedelta(hours=self.hour))

    def refused(self):
        with pytest.raises(HeldBack) as held:
            self.build()
        assert self.bytes() == self.before
        assert not (self.settings.home / "build").exists()
        return held.value

    def told(self):
        engine = connect(self.settings.ledger_url)
        with reading(engine) as connection:
            query = select(outbox.c.event, outbox.c.payload).where(outbox.c.subject == "warehouse")
            rows = [
                (row.event, json.loads(row.payload))
                for row in connection.execute(query.order_by(outbox.c.id))
            ]
        engine.dispose()
        return rows


@pytest.fixture
def warehouse(published_home, tmp_path):
    shutil.copytree(published_home, tmp_path / "home", copy_function=shutil.copy2)
    return Warehouse(tmp_path / "home")


POISONS = {
    "negative totals": (
        ["UPDATE invoices SET total_minor = -total_minor WHERE id IN (3, 4)"],
        ["UPDATE invoices SET total_minor = -total_minor WHERE id IN (3, 4)"],
        "invoice_content_agrees_with_columns",
        r"on 2 rows \(invoice_number INV-2026-000003.*invoice_number INV-2026-000004",
    ),
    "broken references": (
        ["UPDATE invoices SET customer_id = 'nobody-' || customer_id WHERE id = 4"],
        ["UPDATE invoices SET customer_id = substr(customer_id, 8) WHERE id = 4"],
        "fct_invoices.customer_id is not in dim_customers",
        r"fct_invoices.customer_id is not in dim_customers on 1 rows \(invoice_id 4, value nobody-K\d+\)",
    ),
    "30 % fewer rows": (
        ["CREATE TABLE gone AS SELECT * FROM outbox WHERE id % 3 = 0", "DELETE FROM outbox WHERE id % 3 = 0"],
        ["INSERT INTO outbox SELECT * FROM gone"],
        "rows_below_usual",
        r"rows_vanished failed on 1 rows \(outbox\).*rows_below_usual failed on 1 rows \(outbox\)",
    ),
    "a duplicated key": (
        [{"loosen": "invoices"}, "INSERT INTO invoices SELECT * FROM invoices WHERE id = 7"],
        ["DELETE FROM invoices WHERE rowid = (SELECT max(rowid) FROM invoices WHERE id = 7)"],
        "fct_invoice_lines.invoice_line_id is not unique",
        r"balance_id is not unique on 1 rows \(invoice_balance_id INV-2026-000007@2026-03-02, value 2 rows\)",
    ),
    "a NULL that a contract forbids": (
        [{"loosen": "invoices"}, "UPDATE invoices SET currency = NULL WHERE id = 9"],
        ["UPDATE invoices SET currency = (SELECT currency FROM orders WHERE id = order_id) WHERE id = 9"],
        "fct_invoice_lines.currency is null",
        r"lines.currency is null, net_amount is null on 1 rows \(invoice_line_id INV-2026-000009/1\)",
    ),
}  # fmt: skip


HEALED = ("negative totals", "30 % fewer rows")


@pytest.mark.parametrize("name", POISONS)
def test_a_poisoned_batch_is_held_back_and_the_outside_is_told(warehouse, name):
    """Of the HEALED also: a retry is no news, and a clean build clears it."""
    poison, heal, check, keys = POISONS[name]
    warehouse.run(*poison)

    held = warehouse.refused()

    assert str(held).startswith("The warehouse was not published: ")
    assert str(held).endswith("The published file stands.")
    assert re.search(keys, str(held)), str(held)
    assert any(each.check.startswith(check) for each in held.checks), held.checks
    ((event, payload),) = warehouse.told()
    assert event == "warehouse.held_back"
    assert payload["message"] == str(held)
    assert [each["check"] for each in payload["checks"]] == [each.check for each in held.checks]

    if name in HEALED:
        warehouse.refused()  # an hour later, for the same checks
        assert len(warehouse.told()) == 1
        warehouse.run(*heal)
        warehouse.build()
        assert [event for event, _ in warehouse.told()] == [
            "warehouse.held_back", "warehouse.published_again"
        ]  # fmt: skip
        assert warehouse.bytes() != warehouse.before


def test_another_reason_is_news(warehouse):
    """And each alert stands in the audit log."""
    warehouse.run("UPDATE invoices SET customer_id = 'nobody' WHERE id = 4")
    warehouse.refused()
    warehouse.run("UPDATE orders SET kind = 'gift' WHERE id = 5")
    warehouse.refused()
    assert [event for event, _ in warehouse.told()] == ["warehouse.held_back"] * 2
    engine = connect(warehouse.settings.ledger_url)
    with reading(engine) as connection:
        query = "SELECT actor, action FROM audit ORDER BY seq DESC LIMIT 2"
        assert connection.exec_driver_sql(query).all() == [("build", "warehouse.held_back")] * 2
    engine.dispose()


def test_status_says_that_the_warehouse_is_held_back(warehouse, monkeypatch):
    warehouse.run(*POISONS["broken references"][0])
    warehouse.refused()
    monkeypatch.setenv("FAKTURO_HOME", str(warehouse.settings.home))
    settings_room.current.cache_clear()
    try:
        words = " ".join(CliRunner().invoke(app, ["status"]).output.split())
    finally:
        settings_room.current.cache_clear()
    assert (
        "Held back since 2026-03-02 10:00:00 UTC; The warehouse was not published: fct_invoices.customer"
        in words
    )


def test_the_flow_run_ends_held_back_and_shows_why(warehouse, monkeypatch):
    shown = {}
    monkeypatch.setattr(flow_file, "create_markdown_artifact", lambda text, key: shown.update({key: text}))
    monkeypatch.setattr(
        flow_file, "create_link_artifact", lambda link, link_text, key: shown.update({key: (link, link_text)})
    )
    monkeypatch.setattr(flow_file, "current", lambda: warehouse.settings)
    monkeypatch.setattr(flow_file, "utc_now", lambda: NOW + timedelta(days=1))
    warehouse.run(*POISONS["30 % fewer rows"][0])
    state = flow_file.build_marts.fn()
    assert (state.type.value, state.name) == ("FAILED", "HeldBack")
    assert "rows_below_usual failed on 1 rows (outbox)" in state.message
    assert "- **rows_vanished**, 1 rows: outbox" in shown["build-marts-held-back"]
    link, text = shown["build-marts-page"]
    assert text == "build_marts-20260303T090000Z.html"
    assert link.startswith("file:///")


def test_each_publish_carries_the_history_of_those_before(warehouse):
    """Of days long past only the last publish is remembered, and after a hundred days none."""
    query = "select made_at, row_count from publishing.history where table_name = 'orders' order by made_at"
    warehouse.hour = 24 * 5
    warehouse.build()
    with open_published(warehouse.settings) as connection:
        first, second = connection.execute(query).fetchall()
    assert first == (NOW.replace(tzinfo=None), ORDERS)
    assert second == ((NOW + timedelta(hours=24 * 5 + 1)).replace(tzinfo=None), ORDERS)


def test_a_published_file_that_is_no_database_is_made_anew(warehouse):
    warehouse.settings.warehouse_file.write_text("not a database")
    warehouse.build()
    with open_published(warehouse.settings) as connection:
        assert connection.execute("select order_count from publish_info").fetchone() == (ORDERS,)
