"""The two rounds of checks: what stands in the ledger, and what is about to be published."""

from datetime import datetime
from typing import Any

from expectations import frames, issued_invoices, landed_files, landed_orders, published_rows
from expectations.run import Verdict, run
from fakturo.settings import Settings
from fakturo.warehouse.landed import landed


def of_ledger(settings: Settings, *, since: datetime, now: datetime) -> list[Verdict]:
    """Check what was received and issued since a moment.

    Raises:
        WarehouseError: the ledger cannot be read.
    """
    today = now.date()
    with landed(settings, now=now) as copy:
        files = frames.files(copy, since=since)
        orders = frames.orders(copy, since=since)
        invoices = frames.invoices(copy, since=since)
    return [
        *run("landed_files", files, landed_files.suite(), landed_files.KEY),
        *run("landed_orders", orders, landed_orders.suite(today), landed_orders.KEY),
        *run("issued_invoices", invoices, issued_invoices.suite(today), issued_invoices.KEY),
    ]


def of_warehouse(built: Any, *, before: dict[str, int], now: datetime) -> list[Verdict]:
    """Check a warehouse before it is published.

    Args:
        built: a connection to it.
        before: rows of each ledger table in the published one; empty when nothing is published.
        now: aware.
    """
    counts = frames.row_counts(built, before)
    growing = counts[counts["table_name"].isin(published_rows.GROWING)]
    return [
        *run("published_rows", growing, published_rows.suite(), published_rows.KEY),
        *run(
            "mart_invoices",
            frames.mart_invoices(built),
            issued_invoices.suite(now.date()),
            issued_invoices.KEY,
        ),
    ]
