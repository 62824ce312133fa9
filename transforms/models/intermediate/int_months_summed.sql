{# One row per month and currency: flows of the month, and what was open at its end. #}
with
days as (
    select * from {{ ref('kpi_daily') }}
),
summed as (
    select
        ---------- strings
        currency,
        ---------- numerics
        count(*) as day_count,
        count(*) filter (where is_open_day) as open_day_count,
        sum(invoice_count) as invoice_count,
        sum(credit_note_count) as credit_note_count,
        sum(revenue_amount) as revenue_amount,
        sum(sales_amount) as sales_amount,
        sum(invoiced_amount) as invoiced_amount,
        sum(settled_amount) as settled_amount,
        sum(collected_amount) as collected_amount,
        sum(written_off_amount) as written_off_amount,
        sum(received_amount) as received_amount,
        arg_max(open_amount, date_day) as open_amount,
        arg_max(overdue_amount, date_day) as overdue_amount,
        arg_max(not_due_amount, date_day) as not_due_amount,
        arg_max(late_1_30_amount, date_day) as late_1_30_amount,
        arg_max(late_31_60_amount, date_day) as late_31_60_amount,
        arg_max(late_61_90_amount, date_day) as late_61_90_amount,
        arg_max(late_over_90_amount, date_day) as late_over_90_amount,
        ---------- dates
        month_date,
        max(date_day) as last_date
    from days
    group by currency, month_date
),
lagged as (
    select
        *,
        coalesce(lag(open_amount) over (partition by currency order by month_date), 0)
            as opening_amount
    from summed
)
select * from lagged
