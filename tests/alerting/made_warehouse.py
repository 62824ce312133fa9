"""A published file with just the tables that KPIs are read from, filled by hand."""

from datetime import UTC, date, datetime

import duckdb

from fakturo.warehouse.publish import building, publish, publish_id

MADE_AT = datetime(2026, 5, 10, 9, 0, tzinfo=UTC)
"""A Sunday; the last whole month is April."""
TABLES = """
    create table publish_info (publish_id varchar, made_at timestamp, made_date date);
    create table kpi_monthly (
        currency varchar, month_date date, open_day_count bigint, invoice_count bigint,
        paid_invoice_count bigint, collection_rate_pct decimal(18, 2),
        average_payment_days decimal(18, 2), cei_pct decimal(18, 2)
    );
    create table kpi_daily (
        currency varchar, date_day date, invoice_count bigint, open_invoice_count bigint,
        dso_90_days decimal(18, 2)
    );
    create table kpi_ai_hourly (hour_at timestamp, ok_count bigint, settled_count bigint);
    create table fct_payments (currency varchar, value_date date);
    create table fct_orders (status varchar, received_at timestamp);
"""


def publish_made(settings, made_at=MADE_AT, **rows):
    """Publish rows of those tables: `publish_made(settings, kpi_daily=[day(...)])`."""
    rows.setdefault("fct_payments", [("EUR", date(2026, 1, 5)), ("GBP", date(2026, 1, 5))])
    rows["publish_info"] = [(publish_id(made_at), made_at.replace(tzinfo=None), made_at.date())]
    with building(settings) as file:
        with duckdb.connect(str(file)) as connection:
            connection.execute(TABLES)
            for table, values in rows.items():
                marks = ", ".join("?" * len(values[0]))
                connection.executemany(f"insert into {table} values ({marks})", values)  # noqa: S608  ours
        publish(settings, file, publish_id(made_at))


def month(currency, number, invoices, *, open_days=21, paid=30, rate="90.00", days="20.00", cei="95.00"):
    """A month of 2026."""
    return (currency, date(2026, number, 1), open_days, invoices, paid, rate, days, cei)


def day(currency, of, invoices=0, still_open=0, dso=None):
    """A day."""
    return (currency, of, invoices, still_open, dso)
