"""The checks of the money fail where they should: each on a copy of the story with one mart changed."""

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).parents[2]
NUMBER = "INV-2026-{:06d}".format


@pytest.mark.parametrize(
    ("test", "change", "keys"),
    [
        ("payments_add_up", "update fct_payments set unallocated_amount = 49 where payment_id = 7", {7}),
        ("payments_add_up", "update staging_allocations set amount = 1300 where payment_id = 1", {1}),
        ("money_reconciles_to_ledger", "update fct_payments set fee_amount = 0", {"payments"}),
        (
            "money_reconciles_to_ledger",
            "delete from fct_allocations where kind = 'write_off'",
            {"allocations"},
        ),
        (
            "allocations_fit_their_documents",
            "update fct_payments set currency = 'EUR' where payment_id = 6",
            {7},
        ),
        (
            "balances_stay_between_nothing_and_total",
            "update fct_invoice_balances set balance_amount = -1 where invoice_id = 1 and is_current",
            {NUMBER(1)},
        ),
        (
            "payment_status_follows_allocations",
            "update fct_invoices set payment_status = 'paid' where invoice_id = 3",
            {NUMBER(3)},
        ),
        (
            "receivables_reconcile_to_ledger",
            "update fct_receivables_daily set open_amount = 0 where as_of_date = '2026-04-10'",
            {date(2026, 4, 10)},
        ),
        (
            "kpis_add_up",
            "update kpi_daily set open_amount = open_amount - 0.01 where date_day = '2026-04-11'",
            {"day"},
        ),
        (
            "kpis_add_up",
            "update kpi_monthly set revenue_amount = 0 where month_date = '2026-04-01'",
            {"revenue"},
        ),
        (
            "cash_expected_is_all_that_is_open",
            "update fct_cash_expected set open_amount = 1 where invoice_id = 3",
            {NUMBER(3)},
        ),
        ("data_quality_keeps_every_row", "delete from fct_data_quality", {"quarantine"}),
        (
            "every_invoice_is_audited",
            "delete from staging_audit where audit_seq = 1",
            {f"invoice:{NUMBER(1)}"},
        ),
    ],
)
def test_a_mart_that_is_wrong_fails_the_build(paid, tmp_path, test, change, keys):
    assert {row[0] for row in failing(test, paid, tmp_path, change)} == keys
    assert failing(test, paid, tmp_path, "select 1") == []


def failing(name, settings, tmp_path, change):
    """Rows that a dbt test finds once marts, or staging as `staging_…`, were changed so."""
    query = (ROOT / f"transforms/tests/{name}.sql").read_text()
    query = re.sub(r"\{#.*?#\}", "", query, flags=re.DOTALL)
    query = re.sub(r"\{\{ ref\('(?:stg_ledger__(\w+)|(\w+))'\) \}\}",
                   lambda m: f"staging_{m[1]}" if m[1] else m[2], query)  # fmt: skip
    file = tmp_path / "warehouse.duckdb"
    file.write_bytes(settings.warehouse_file.read_bytes())
    with duckdb.connect(str(file)) as connection:
        for staged in re.findall(r"staging_(\w+)", query):
            connection.execute(
                f"create table if not exists staging_{staged} as from staging.stg_ledger__{staged}"
            )
        connection.execute(change)
        return connection.execute(query).fetchall()
