"""What is known of invoices as of a day: read from the marts, and each customer's habits up to a moment.

Nothing after the day is read: what settled later is open, what was issued later does not exist. Columns that
hold the outcome, or what is learned only afterwards, are refused by name.
"""

from datetime import date

import numpy as np
import pandas as pd

from fakturo.warehouse.reading import Connection

COLUMNS = ("invoice_id", "customer_id", "currency", "issue_date", "due_date", "amount", "settled_date")
"""That every frame has; `open_amount` is the amount where it is missing."""
KNOWN_LATER = frozenset(
    {
        "disputed",
        "is_disputed",
        "days_late",
        "payment_days",
        "days_to_settle",
        "payment_status",
        "paid_amount",
    }
)
"""Outcomes under other names: a dispute comes after the invoice, days late are counted once it is paid."""
PRIOR = 5.0
"""Invoices of the average customer that each customer's habits start with; 3 to 8 score alike on IBM."""
LAST = 5
"""Invoices that say how a customer pays lately."""
HABITS = ("late_log_odds", "delay_days", "late_lately", "known", "amount", "amount_to_usual", "delay_spread")

_QUERY = """
with settled as (
    select invoice_id, min(valid_from_date) as settled_date
    from fct_invoice_balances
    where balance_amount = 0 and valid_from_date <= $as_of
        and (valid_to_date is null or valid_to_date > $as_of)
    group by invoice_id
),
still_open as (
    select invoice_id, balance_amount as open_amount
    from fct_invoice_balances
    where valid_from_date <= $as_of and (valid_to_date is null or valid_to_date > $as_of)
)
select cast(invoices.invoice_id as varchar) as invoice_id, invoices.invoice_number, invoices.customer_id,
    invoices.currency, cast(invoices.issue_date as timestamp) as issue_date,
    cast(invoices.due_date as timestamp) as due_date, cast(invoices.total_amount as double) as amount,
    cast(coalesce(still_open.open_amount, 0) as double) as open_amount,
    cast(settled.settled_date as timestamp) as settled_date
from fct_invoices as invoices
left join settled on invoices.invoice_id = settled.invoice_id
left join still_open on invoices.invoice_id = still_open.invoice_id
where invoices.kind = 'invoice' and invoices.issue_date <= $as_of and invoices.total_amount > 0
order by invoices.issue_date, invoices.invoice_id
"""


def invoices(connection: Connection, as_of: date) -> pd.DataFrame:
    """Invoices issued up to a day, as they stood on its evening; `settled_date` is empty while open."""
    return connection.execute(_QUERY, {"as_of": as_of}).df()


def refuse_what_is_known_later(frame: pd.DataFrame) -> None:
    """Raise on a column that holds an outcome.

    Raises:
        ValueError: names the column.
    """
    found = sorted(name for name in frame.columns if name.lower() in KNOWN_LATER)
    if found:
        raise ValueError(
            f"Column {found[0]!r} is known only after the day of the prediction; leave it out. "
            "A dispute may be given as `disputed_since`, with the day from which it was known."
        )


def outcomes(frame: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """Invoices of which it was known at a moment whether they are late, with `is_late`.

    One that was overdue then is late, paid or not.
    """
    settled = frame.settled_date <= moment
    overdue = ~settled & (frame.due_date < moment)
    known = frame[(frame.issue_date <= moment) & (settled | overdue)]
    settled = settled.loc[known.index]
    late = np.where(settled, known.settled_date > known.due_date, True)
    delay = (known.settled_date.where(settled) - known.due_date).dt.days
    return known.assign(is_late=late.astype(float), delay_days=delay)


def habits(frame: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Features of invoices from what was known when they were issued.

    Args:
        frame: invoices to describe.
        known: of `outcomes`, at a moment before them; not empty.

    Returns:
        Columns HABITS, and `late_rate` (the shrunk rate itself), indexed as `frame`.
    """
    rate, delay = known.is_late.mean(), known.delay_days.mean()
    delay = 0.0 if np.isnan(delay) else delay
    by = known.groupby("customer_id")
    count, paid = by.size(), by.delay_days.count()
    shrunk_rate = (by.is_late.sum() + PRIOR * rate) / (count + PRIOR)
    shrunk_delay = (by.delay_days.sum() + PRIOR * delay) / (paid + PRIOR)
    lately = (
        known.sort_values("due_date").groupby("customer_id").is_late.apply(lambda of: of.tail(LAST).mean())
    )
    spread, usual = by.delay_days.std(), by.amount.mean()
    customer, amount = frame.customer_id, frame.amount.clip(lower=0.01)
    late_rate = customer.map(shrunk_rate).fillna(rate).clip(0.01, 0.99)
    overall = spread.mean() if spread.notna().any() else 0.0
    return pd.DataFrame(
        {
            "late_rate": late_rate,
            "late_log_odds": np.log(late_rate / (1 - late_rate)),
            "delay_days": customer.map(shrunk_delay).fillna(delay),
            "late_lately": customer.map(lately).fillna(rate),
            "known": np.log1p(customer.map(count).fillna(0)),
            "amount": np.log(amount),
            "amount_to_usual": np.log(
                amount / customer.map(usual).fillna(known.amount.mean()).clip(lower=0.01)
            ),
            "delay_spread": customer.map(spread).fillna(overall),
        },
        index=frame.index,
    )
