"""Purchases up to a day, read from the marts, and what they say of each customer on that day."""

from datetime import date

import numpy as np
import pandas as pd

from fakturo.warehouse.reading import Connection

WINDOWS_DAYS = (30, 90, 180, 365)
"""Purchases are counted over these last days."""
WEEK = 7.0
FEATURES = (
    *("days_since", "repeats", "age_weeks", "days_between", "wait_to_usual", "amount", "log_odds"),
    *(f"purchases_{days}" for days in WINDOWS_DAYS),
)
"""Of the challengers; all but `log_odds`, which is MBG/NBD's answer, are logarithms of one more."""
_QUERY = """
select customer_id, cast(issue_date as timestamp) as day,
    cast(sum(signed_net_amount) as double) as amount
from fct_invoices
where kind = 'invoice' and issue_date <= $as_of and customer_id is not null
group by customer_id, currency, issue_date
order by issue_date, customer_id, currency
"""


def purchases(connection: Connection, as_of: date) -> pd.DataFrame:
    """Customer, day and net amount (of one currency) of each purchase up to a day; credit notes are none."""
    return connection.execute(_QUERY, {"as_of": as_of}).df()


def customers(bought: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """What is known of each customer on a day.

    Args:
        bought: as `purchases` gives it; days after the moment are not looked at.

    Returns:
        One row a customer: `repeats` (days with a purchase after the first), `recency_weeks` (from the first
        to the last), `age_weeks` (from the first to now), `days_since` the last, counts and amounts.
    """
    days = bought[bought.day <= moment].groupby(["customer_id", "day"], as_index=False).amount.sum()
    by = days.groupby("customer_id").day
    first, last = by.min(), by.max()
    found = pd.DataFrame({"repeats": by.count() - 1, "days_since": (moment - last).dt.days})
    found["recency_weeks"] = (last - first).dt.days / WEEK
    found["age_weeks"] = (moment - first).dt.days / WEEK
    found["amount"] = days.groupby("customer_id").amount.mean().clip(lower=0)
    for window in WINDOWS_DAYS:
        lately = days[days.day > moment - pd.Timedelta(days=window)]
        found[f"purchases_{window}"] = lately.groupby("customer_id").size().reindex(found.index, fill_value=0)
    between = found.recency_weeks * WEEK / found.repeats.where(found.repeats > 0)
    found["days_between"] = between
    usual = between.median() if between.notna().any() else 0.0
    found["wait_to_usual"] = found.days_since / (between.fillna(usual) + WEEK)
    return found


def design(found: pd.DataFrame, log_odds: np.ndarray) -> pd.DataFrame:
    """FEATURES of the challengers.

    Args:
        log_odds: of MBG/NBD, of the same customers.
    """
    columns = found.assign(days_between=found.days_between.fillna(found.age_weeks * WEEK))
    logs = {name: np.log1p(columns[name].astype(float)) for name in FEATURES if name != "log_odds"}
    return pd.DataFrame(logs | {"log_odds": log_odds}, index=found.index)[list(FEATURES)]


def came_not_back(bought: pd.DataFrame, found: pd.DataFrame, moment: pd.Timestamp, days: int) -> np.ndarray:
    """1 where no purchase followed within so many days, else 0; shape (customers,)."""
    later = bought[(bought.day > moment) & (bought.day <= moment + pd.Timedelta(days=days))]
    return np.asarray(~found.index.isin(later.customer_id.unique()), dtype=float)
