"""Frames that the suites run on: from the ledger, and from a warehouse that is about to be published.

Amounts are doubles: exact enough to judge plausibility, the cents are proved in dbt.
"""

from datetime import datetime
from typing import Any

import pandas as pd

from fakturo.warehouse import landed

MART_INVOICES = """
select invoice_number, currency, issue_date, cast(total_amount as double) as total,
    cast(tax_amount as double) / nullif(cast(net_amount as double), 0) as tax_share,
    due_date - issue_date as terms,
    case when count(*) over by_currency >= $fewest
        then cast(total_amount as double) / nullif(median(cast(total_amount as double)) over by_currency, 0)
        end as times_median
from fct_invoices
window by_currency as (partition by currency)
order by invoice_id
"""


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


def mart_invoices(built: Any) -> pd.DataFrame:
    """One row per invoice of an open warehouse."""
    frame: pd.DataFrame = built.execute(MART_INVOICES, {"fewest": landed.FEWEST_FOR_MEDIAN}).df()
    return frame


def row_counts(built: Any, before: dict[str, int]) -> pd.DataFrame:
    """One row per ledger table: how many rows it has in an open warehouse and had in the published one."""
    frame: pd.DataFrame = built.execute("select table_name, row_count from publish_rows").df()
    frame["rows_before"] = [before.get(name, 0) for name in frame["table_name"]]
    return frame
