"""Rows of the marts beside what they are made of: the rules hold on any day, and a lost row breaks them."""

from datetime import UTC, datetime

import duckdb
import pytest
from jinja2 import Environment

from bench.made_ledger import fill
from fakturo.ledger.migrate import upgrade
from fakturo.ledger.open import connect
from fakturo.warehouse.reading import open_published
from flows.build_marts import build
from flows.parse_transforms import TRANSFORMS

LATE_IN_MONTH = datetime(2026, 5, 23, 9, tzinfo=UTC)


def test_a_ledger_that_begins_late_in_a_month_is_published(settings):
    """Key figures begin on the 1st, receivables with the first invoice: 23 days and 1 day of 5 buckets."""
    engine = connect(settings.ledger_url)
    upgrade(engine)
    fill(engine, count=1, lines=1, now=LATE_IN_MONTH)
    engine.dispose()
    build(settings, now=LATE_IN_MONTH)
    with open_published(settings) as published:
        assert published.execute("select count(*) from kpi_daily").fetchone() == (23,)
        assert published.execute("select count(*) from fct_receivables_daily").fetchone() == (5,)


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("select 1", []),
        # 10 January to 10 May: 22 + 28 + 31 + 30 + 10 = 121 days of 5 buckets
        (
            "delete from fct_receivables_daily where as_of_date = '2026-02-01' and aging_bucket = 'not_due'",
            [("fct_receivables_daily", 604, "equal", "buckets of days since the first invoice", 605)],
        ),
        (
            "delete from fct_invoice_lines where invoice_id = 1",
            [("fct_invoice_lines", 6, "equal", "lines that invoices state", 7)],
        ),
    ],
)
def test_a_lost_row_is_named_with_both_counts(paid, tmp_path, change, broken):
    file = tmp_path / "warehouse.duckdb"
    file.write_bytes(paid.warehouse_file.read_bytes())
    with duckdb.connect(str(file)) as connection:
        schemas = dict(
            connection.execute("select table_name, table_schema from information_schema.tables").fetchall()
        )
        text = (TRANSFORMS / "tests/row_counts_follow_rules.sql").read_text()
        template = Environment(autoescape=False).from_string(text)  # noqa: S701  it is SQL
        query = template.render(ref=lambda name: f"{schemas[name]}.{name}")
        connection.execute(change)
        assert connection.execute(query).fetchall() == broken
