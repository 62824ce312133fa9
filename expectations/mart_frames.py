"""Frames that the suites of a build run on, from a warehouse that is about to be published.

A frame holds only the columns that its suite needs, as small as they go: GX copies a column for each
expectation. What needs counts only is counted in SQL. Amounts are floats: exact enough to judge plausibility,
the cents are proved in dbt.
"""

from collections.abc import Callable
from typing import Any

import pandas as pd

from expectations import landed_volumes, mart_lines, published_rows
from fakturo.warehouse.landed import FEWEST_FOR_MEDIAN

INVOICES = """
with lines as (
    select invoice_id, sum(net_amount) as net_amount from fct_invoice_lines group by invoice_id
),
adjustments as (
    select invoice_id, sum(signed_amount) as net_amount
    from intermediate.int_adjustments_unnested group by invoice_id
)
select invoices.invoice_number, invoices.series = 'imported' as is_imported, invoices.currency,
    invoices.issue_date, cast(invoices.total_amount as double) as total,
    cast(invoices.tax_amount as double) / nullif(cast(invoices.net_amount as double), 0) as tax_share,
    invoices.due_date - invoices.issue_date as terms,
    cast(abs(invoices.net_amount - coalesce(lines.net_amount, 0) - coalesce(adjustments.net_amount, 0))
        as float) as lines_gap,
    case when count(*) over by_currency >= $fewest
        then cast(invoices.total_amount as double)
            / nullif(median(cast(invoices.total_amount as double)) over by_currency, 0) end as times_median
from fct_invoices as invoices
left join lines using (invoice_id)
left join adjustments using (invoice_id)
window by_currency as (partition by invoices.currency)
order by invoice_id
"""
LINES = """
with usual as (
    select product_id, currency, median(cast(unit_price as float)) as unit_price
    from fct_invoice_lines
    where product_id <> 'deposit:all'
    group by product_id, currency
    having count(*) >= $fewest
)
select lines.invoice_id * $most_lines + lines.line_number as line,
    cast(if(lines.deducts_number is null, lines.quantity, -lines.quantity) as float) as quantity,
    cast(lines.unit_price as float) as unit_price,
    cast(coalesce(lines.tax_rate_pct, 0) as float) as tax_rate_pct,
    cast(if(lines.adjustment_count = 0, abs(cast(lines.net_amount as double)
        - cast(lines.quantity as double) * cast(lines.unit_price as double)
        / coalesce(cast(lines.price_base as double), 1)) / greatest(1, abs(cast(lines.net_amount as double)))
        , 0) as float) as net_gap,
    cast(cast(lines.unit_price as float) / nullif(usual.unit_price, 0) as float) as times_usual
from fct_invoice_lines as lines
left join usual using (product_id, currency)
"""
PAYMENTS = """
select payment_id,
    cast(abs(amount - allocated_amount - refunded_amount - unallocated_amount) as float) as gap,
    cast(abs(allocated_amount) - abs(amount) as float) as over_allocated
from fct_payments
"""
TOTALS = """
with invoices as (
    select currency, sum(if(kind = 'invoice', open_amount, 0)) as open_amount
    from fct_invoices group by currency
),
receivables as (
    select currency, sum(open_amount) as open_amount
    from fct_receivables_daily, publish_info
    where as_of_date = made_date
    group by currency
),
payments as (
    select currency, sum(allocated_amount + refunded_amount) as used_amount
    from fct_payments group by currency
),
allocations as (
    select currency, sum(amount) as used_amount
    from fct_allocations
    where payment_id is not null and kind in ('payment', 'refund')
    group by currency
)
select coalesce(invoices.currency, payments.currency) as currency,
    cast(abs(coalesce(invoices.open_amount, 0) - coalesce(receivables.open_amount, 0)) as double)
        as receivables_gap,
    cast(abs(coalesce(payments.used_amount, 0) - coalesce(allocations.used_amount, 0)) as double)
        as allocations_gap
from invoices
full join payments using (currency)
left join receivables on receivables.currency = coalesce(invoices.currency, payments.currency)
left join allocations on allocations.currency = coalesce(invoices.currency, payments.currency)
"""
FRESHNESS = """
with moments as (
    select 'orders' as table_name, received_at as moment from ledger.orders
    union all select 'invoices', issued_at from ledger.invoices
    union all select 'payments', created_at from ledger.payments
    union all select 'ai_calls', started_at from ledger.ai_calls
),
hours as (
    select distinct table_name, date_trunc('hour', moment) as moment from moments
),
gaps as (
    select table_name, date_diff('hour', lag(moment) over by_table, moment) as gap_h
    from hours
    window by_table as (partition by table_name order by moment)
),
newest_in_marts as (
    select 'orders' as table_name, max(received_at) as moment from fct_orders
    union all select 'invoices', max(issued_at) from fct_invoices
    union all select 'payments', max(landed_at) from fct_payments
    union all select 'ai_calls', max(started_at) from fct_ai_calls
),
ledger as (
    select table_name, max(moment) as moment from moments group by table_name
),
usual as (
    select table_name, quantile_cont(gap_h, 0.99) as gap_h, count(gap_h) as gaps from gaps group by table_name
)
select ledger.table_name,
    cast(date_diff('minute', publish.made_at, ledger.moment) as integer) as ahead_minutes,
    cast(ledger.moment is distinct from newest_in_marts.moment as tinyint) as is_behind,
    case when usual.gaps >= $fewest then cast(date_diff('hour', ledger.moment, publish.made_at) as double)
        / greatest(usual.gap_h, 24) end as times_silent
from ledger
cross join ledger.publish as publish
left join newest_in_marts using (table_name)
left join usual using (table_name)
order by ledger.table_name
"""
VOLUMES = """
with daily as (
    select 'orders received' as what, cast(received_at as date) as day from fct_orders
    union all select 'invoices issued', issue_date from fct_invoices
    union all select 'payments landed', cast(landed_at as date) from fct_payments
),
counted as (
    select what, day, count(*) as row_count from daily group by all
),
yesterday as (
    select distinct what, made_date - 1 as day from counted, publish_info
),
judged as (
    select yesterday.what, yesterday.day, coalesce(any_value(now.row_count), 0) as row_count,
        median(before.row_count) as usual_rows, count(before.day) as weeks
    from yesterday
    left join counted as now on now.what = yesterday.what and now.day = yesterday.day
    left join counted as before on before.what = yesterday.what and before.day < yesterday.day
        and before.day >= yesterday.day - $weeks * 7 and isodow(before.day) = isodow(yesterday.day)
    group by all
)
select what || ' on ' || day as volume,
    case when weeks >= $fewest_weeks and usual_rows >= $fewest_rows then row_count / usual_rows end
        as share_of_usual
from judged
order by what
"""
ROW_COUNTS = """
with this as (
    select publish_id, made_on from ledger.publish
),
earlier as (
    select history.*, dense_rank() over (order by history.made_at desc) as publishes_ago
    from publishing.history as history, this
    where history.publish_id <> this.publish_id
),
usual as (
    select table_name, count(*) as publishes, median(row_count) as usual_rows,
        max(row_count) filter (publishes_ago = 1) as last_rows
    from earlier
    where publishes_ago <= $publishes
    group by table_name
),
last_of_day as (
    select earlier.*
    from earlier, this
    where isodow(earlier.made_on) = isodow(this.made_on) and earlier.made_on < this.made_on
        and earlier.made_on >= this.made_on - cast($weeks * 7 as integer)
    qualify row_number() over (
        partition by earlier.table_name, earlier.made_on order by earlier.made_at desc) = 1
),
weekday as (
    select table_name, median(row_count) as weekday_rows
    from last_of_day
    group by table_name
    having count(*) >= $fewest_publishes
)
select rows.table_name, rows.row_count,
    if(rows.table_name in $growing, coalesce(usual.last_rows, 0), 0) as floor_rows,
    case when usual.publishes >= $fewest_publishes and usual.usual_rows >= $fewest_rows
        and rows.table_name not in $short_lived then rows.row_count / usual.usual_rows end as share_of_usual,
    case when weekday.weekday_rows >= $fewest_rows and rows.table_name not in $short_lived
        then rows.row_count / weekday.weekday_rows end as share_of_weekday
from ledger.table_rows as rows
left join usual using (table_name)
left join weekday using (table_name)
order by rows.table_name
"""


def invoices(built: Any) -> pd.DataFrame:
    """One row per invoice, with what its lines leave unexplained."""
    return _frame(built, INVOICES, fewest=FEWEST_FOR_MEDIAN)


def lines(built: Any) -> pd.DataFrame:
    """One row per invoice line; its key is a number, see `mart_lines.in_words`."""
    return _frame(built, LINES, fewest=FEWEST_FOR_MEDIAN, most_lines=mart_lines.MOST_LINES)


def number_of(built: Any) -> Callable[[int], str]:
    """The number of an invoice by its id; all are read once one is asked for: few builds have bad lines."""
    numbers: dict[int, str] = {}

    def number(invoice_id: int) -> str:
        if not numbers:
            query = "select invoice_id, invoice_number from fct_invoices"
            numbers.update(built.execute(query).fetchall())
        return numbers[invoice_id]

    return number


def payments(built: Any) -> pd.DataFrame:
    """One row per payment: what is not accounted for, and what stands on invoices beyond it."""
    return _frame(built, PAYMENTS)


def totals(built: Any) -> pd.DataFrame:
    """One row per currency: what two tables that must agree differ by."""
    return _frame(built, TOTALS)


def freshness(built: Any) -> pd.DataFrame:
    """One row per table that things land in: how new its newest row is."""
    return _frame(built, FRESHNESS, fewest=FEWEST_FOR_MEDIAN)


def volumes(built: Any) -> pd.DataFrame:
    """One row per kind of thing: yesterday's count beside that weekday's usual one."""
    return _frame(
        built,
        VOLUMES,
        weeks=landed_volumes.WEEKS_COMPARED,
        fewest_weeks=landed_volumes.FEWEST_WEEKS,
        fewest_rows=landed_volumes.FEWEST_ROWS,
    )


def row_counts(built: Any) -> pd.DataFrame:
    """One row per ledger table: rows now, at the last publish, and beside what is usual."""
    told = {
        "growing": list(published_rows.GROWING),
        "short_lived": list(published_rows.SHORT_LIVED),
        "publishes": published_rows.PUBLISHES_COMPARED,
        "weeks": published_rows.WEEKS_COMPARED,
        "fewest_publishes": published_rows.FEWEST_PUBLISHES,
        "fewest_rows": published_rows.FEWEST_ROWS,
    }
    return _frame(built, ROW_COUNTS, **told)


def _frame(built: Any, query: str, **told: Any) -> pd.DataFrame:
    frame: pd.DataFrame = built.execute(query, told).df()
    return frame
