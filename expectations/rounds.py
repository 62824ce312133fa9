"""The two rounds of checks: what stands in the ledger, and what is about to be published."""

from datetime import datetime
from functools import partial
from typing import Any

from expectations import (
    frames,
    issued_invoices,
    landed_customers,
    landed_files,
    landed_orders,
    landed_payments,
    landed_quarantine,
    landed_volumes,
    mart_frames,
    mart_freshness,
    mart_invoices,
    mart_lines,
    mart_payments,
    mart_totals,
    published_rows,
)
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
        payments = frames.payments(copy, since=since)
        customers = frames.customers(copy, since=since)
        quarantine = frames.quarantine(copy, since=since)
        volumes = frames.volumes(copy, since=since)
    return [
        *run("landed_files", files, landed_files.suite(), landed_files.KEY),
        *run("landed_orders", orders, landed_orders.suite(today), landed_orders.KEY),
        *run("issued_invoices", invoices, issued_invoices.suite(today), issued_invoices.KEY),
        *run("landed_payments", payments, landed_payments.suite(today), landed_payments.KEY),
        *run("landed_customers", customers, landed_customers.suite(), landed_customers.KEY),
        *run("landed_quarantine", quarantine, landed_quarantine.suite(), landed_quarantine.KEY),
        *run("landed_volumes", volumes, landed_volumes.suite(), landed_volumes.KEY),
    ]


def of_warehouse(built: Any, *, now: datetime) -> list[Verdict]:
    """Check a warehouse before it is published; one frame at a time, so that memory holds one.

    Args:
        built: a connection to it.
        now: aware.
    """
    today = now.date()
    return [
        *run("published_rows", mart_frames.row_counts(built), published_rows.suite(), published_rows.KEY),
        *run("mart_totals", mart_frames.totals(built), mart_totals.suite(), mart_totals.KEY),
        *run("mart_freshness", mart_frames.freshness(built), mart_freshness.suite(), mart_freshness.KEY),
        *run("mart_volumes", mart_frames.volumes(built), landed_volumes.suite(), landed_volumes.KEY),
        *run("mart_payments", mart_frames.payments(built), mart_payments.suite(), mart_payments.KEY),
        *run("mart_invoices", mart_frames.invoices(built), mart_invoices.suite(today), issued_invoices.KEY),
        *run(
            "mart_lines",
            mart_frames.lines(built),
            mart_lines.suite(),
            mart_lines.KEY,
            in_words=partial(mart_lines.in_words, number_of=mart_frames.number_of(built)),
        ),
    ]
