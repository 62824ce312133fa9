"""Frames that the suites of what landed run on, from a copy of the ledger.

Amounts are doubles: exact enough to judge plausibility, the cents are proved in dbt.
"""

from datetime import datetime
from typing import Any

import pandas as pd

from expectations import landed_volumes
from fakturo.warehouse import landed


def orders(copy: Any, *, since: datetime) -> pd.DataFrame:
    """One row per order received since then, from a copy of the ledger."""
    frame: pd.DataFrame = landed.rows(copy, landed.ORDERS, since=since).df()
    return frame


def files(copy: Any, *, since: datetime) -> pd.DataFrame:
    """One row per file received since then, from a copy of the ledger."""
    frame: pd.DataFrame = landed.rows(copy, landed.FILES, since=since).df()
    return frame


def invoices(copy: Any, *, since: datetime) -> pd.DataFrame:
    """One row per invoice issued since then, from a copy of the ledger."""
    frame: pd.DataFrame = landed.rows(copy, landed.INVOICES, since=since).df()
    return frame


def payments(copy: Any, *, since: datetime) -> pd.DataFrame:
    """One row per payment landed since then, from a copy of the ledger."""
    frame: pd.DataFrame = landed.rows(copy, landed.PAYMENTS, since=since).df()
    return frame


def customers(copy: Any, *, since: datetime) -> pd.DataFrame:
    """One row per customer about whom something was told since then, from a copy of the ledger."""
    frame: pd.DataFrame = landed.rows(copy, landed.CUSTOMERS, since=since).df()
    return frame


def quarantine(copy: Any, *, since: datetime) -> pd.DataFrame:
    """One row per row that was quarantined since then or still waits, from a copy of the ledger."""
    frame: pd.DataFrame = landed.rows(copy, landed.QUARANTINE, since=since).df()
    return frame


def volumes(copy: Any, *, since: datetime) -> pd.DataFrame:
    """One row per source, kind and whole day since then, from a copy of the ledger."""
    frame: pd.DataFrame = landed.rows(
        copy,
        landed.VOLUMES,
        since=since,
        weeks=landed_volumes.WEEKS_COMPARED,
        fewest_weeks=landed_volumes.FEWEST_WEEKS,
        fewest_rows=landed_volumes.FEWEST_ROWS,
    ).df()
    return frame
