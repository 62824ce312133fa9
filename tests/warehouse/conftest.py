"""Ledgers with a few issued invoices, and a warehouse file made by hand where dbt does not matter."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import Engine

from bench.made_ledger import fill
from fakturo.settings import Settings
from fakturo.warehouse.publish import building, publish, publish_id


@pytest.fixture
def filled(engine: Engine, settings: Settings, now: datetime) -> Settings:
    """Settings of a ledger with 40 orders, once on SQLite and once on PostgreSQL."""
    fill(engine, count=40, lines=3, now=now)
    url = engine.url.render_as_string(hide_password=False)
    return settings.model_copy(update={"ledger": settings.ledger.model_copy(update={"url": url})})


@pytest.fixture
def published(settings: Settings) -> Callable[..., Path]:
    """Publish a file with one tiny mart: `published(now, invoices=2)`."""

    def make(at: datetime, *, invoices: int = 2) -> Path:
        with building(settings) as file:
            with duckdb.connect(str(file)) as connection:
                connection.execute(
                    "create table fct_invoices as select 'INV-2026-' || lpad(cast(n as varchar), 6, '0') "
                    "as invoice_number, 'GBP' as currency, cast(n * 12.5 as decimal(18, 4)) as total_amount, "
                    "date '2026-03-02' as issue_date from range(1, 1 + ?) as t(n)",
                    [invoices],
                )
                connection.execute("create schema staging")
                connection.execute(
                    "create view staging.stg_ledger__invoices as select * from warehouse.main.fct_invoices"
                )
                connection.execute("comment on table fct_invoices is 'One row per invoice.'")
                connection.execute("comment on column fct_invoices.currency is 'ISO 4217 code.'")
            publish(settings, file, publish_id(at))
        return settings.warehouse_file

    return make
