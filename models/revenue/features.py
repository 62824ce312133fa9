"""Revenue a calendar day out of the published marts, as it was known on a day; one currency at a time."""

from datetime import date
from typing import Literal, overload

import numpy as np
import pandas as pd

from fakturo.warehouse.reading import Connection

By = Literal["country", "customer", "product"]

SOURCES: dict[By, tuple[str, str]] = {
    "country": ("fct_invoices", "customer_country"),
    "customer": ("fct_invoices", "customer_id"),
    "product": ("fct_invoice_lines", "product_id"),
}
"""What revenue can be told apart by -> the mart and its column.

Lines leave out allowances and charges of the document as a whole.
"""
UNKNOWN = "unknown"


def currencies(connection: Connection, as_of: date) -> list[str]:
    """Currencies in which something was issued by a day, in alphabetical order."""
    rows = connection.execute(
        "select distinct currency from fct_invoices where issue_date <= ? order by currency", [as_of]
    )
    return [currency for (currency,) in rows.fetchall()]


@overload
def daily(connection: Connection, as_of: date, currency: str, by: None = None) -> pd.Series: ...


@overload
def daily(connection: Connection, as_of: date, currency: str, by: By) -> pd.DataFrame: ...


def daily(
    connection: Connection, as_of: date, currency: str, by: By | None = None
) -> pd.Series | pd.DataFrame:
    """Read net revenue of each day of issue, less credit notes.

    Args:
        connection: to published marts.
        as_of: the last day that is known; nothing after it is read.
        currency: ISO 4217; the only one that is read.
        by: one column a country, customer or product; None: the whole.

    Returns:
        Major units without tax, one row a calendar day from the first document to `as_of`, 0 where there was
        none; empty where there is no document.
    """
    mart, column = SOURCES[by] if by is not None else ("fct_invoices", "'all'")
    columns = f"issue_date, coalesce({column}, '{UNKNOWN}') as segment, signed_net_amount::double as revenue"
    rows = connection.execute(
        f"select {columns} from {mart} where currency = ? and issue_date <= ?",  # noqa: S608  names of ours
        [currency, as_of],
    ).fetchnumpy()
    found = pd.DataFrame({name: np.asarray(rows[name]) for name in ("issue_date", "segment", "revenue")})
    days = pd.to_datetime(found["issue_date"]).dt.as_unit("ns")
    # rounded, because cents added as floats leave a day of nothing at 1e-12, which would be an open day
    sums = found.groupby([days, found["segment"]])["revenue"].sum().round(6).unstack(fill_value=0.0)  # noqa: PD010  a pivot would not sum
    every_day = pd.date_range(days.min(), pd.Timestamp(as_of)) if len(found) else pd.DatetimeIndex([])
    frame = sums.reindex(every_day, fill_value=0.0).rename_axis(index="day", columns=by)
    if by is not None:
        return frame
    return frame["all"].rename("revenue") if len(frame) else pd.Series(dtype=float, index=every_day)
