{#
    One row per day and currency, from the first day of the month in which the currency was
    first used to the day of the publish, days without anything included.

    dso_90_days      open_amount / sales of the last 90 days * 90; null before there are 90 days
    overdue_pct      overdue_amount / open_amount
    open_amount      open_amount of the day before + invoiced_amount - settled_amount
#}
with
moved as (
    select * from {{ ref('int_money_moved') }}
),
receivables as (
    select
        currency,
        as_of_date,
        sum(open_amount) as open_amount,
        sum(invoice_count) as open_invoice_count,
        sum(open_amount) filter (where aging_bucket = 'not_due') as not_due_amount,
        sum(open_amount) filter (where aging_bucket = 'late_1_30') as late_1_30_amount,
        sum(open_amount) filter (where aging_bucket = 'late_31_60') as late_31_60_amount,
        sum(open_amount) filter (where aging_bucket = 'late_61_90') as late_61_90_amount,
        sum(open_amount) filter (where aging_bucket = 'late_over_90')
            as late_over_90_amount
    from {{ ref('fct_receivables_daily') }}
    group by currency, as_of_date
),
publishes as (
    select * from {{ ref('stg_ledger__publishes') }}
),
dates as (
    select * from {{ ref('dim_dates') }}
),
first_days as (
    select
        currency,
        date_trunc('month', min(moved_date)) as first_date
    from moved
    group by currency
),
days as (
    select
        first_days.currency,
        dates.date_day,
        dates.month_date,
        dates.is_open_day,
        row_number() over (partition by first_days.currency order by dates.date_day)
            as day_number
    from first_days
    inner join dates on first_days.first_date <= dates.date_day
    inner join publishes on dates.date_day <= publishes.made_date
),
joined as (
    select
        days.*,
        coalesce(moved.invoice_count, 0) as invoice_count,
        coalesce(moved.credit_note_count, 0) as credit_note_count,
        coalesce(moved.revenue_amount, 0) as revenue_amount,
        coalesce(moved.sales_amount, 0) as sales_amount,
        coalesce(moved.invoiced_amount, 0) as invoiced_amount,
        coalesce(moved.settled_amount, 0) as settled_amount,
        coalesce(moved.collected_amount, 0) as collected_amount,
        coalesce(moved.written_off_amount, 0) as written_off_amount,
        coalesce(moved.received_amount, 0) as received_amount,
        coalesce(receivables.open_amount, 0) as open_amount,
        coalesce(receivables.open_invoice_count, 0) as open_invoice_count,
        coalesce(receivables.not_due_amount, 0) as not_due_amount,
        coalesce(receivables.late_1_30_amount, 0) as late_1_30_amount,
        coalesce(receivables.late_31_60_amount, 0) as late_31_60_amount,
        coalesce(receivables.late_61_90_amount, 0) as late_61_90_amount,
        coalesce(receivables.late_over_90_amount, 0) as late_over_90_amount,
        coalesce(sum(moved.sales_amount) over last_90_days, 0) as sales_90_days_amount
    from days
    left join moved
        on days.currency = moved.currency and days.date_day = moved.moved_date
    left join receivables
        on
            days.currency = receivables.currency
            and days.date_day = receivables.as_of_date
    window last_90_days as (
        partition by days.currency
        order by days.date_day rows between 89 preceding and current row
    )
),
measured as (
    select
        ---------- ids
        date_day || ' ' || currency as kpi_day_id,
        ---------- strings
        currency,
        ---------- numerics
        cast(invoice_count as bigint) as invoice_count,
        cast(credit_note_count as bigint) as credit_note_count,
        cast(revenue_amount as decimal(18, 4)) as revenue_amount,
        cast(sales_amount as decimal(18, 4)) as sales_amount,
        cast(invoiced_amount as decimal(18, 4)) as invoiced_amount,
        cast(settled_amount as decimal(18, 4)) as settled_amount,
        cast(collected_amount as decimal(18, 4)) as collected_amount,
        cast(written_off_amount as decimal(18, 4)) as written_off_amount,
        cast(received_amount as decimal(18, 4)) as received_amount,
        cast(open_invoice_count as bigint) as open_invoice_count,
        cast(open_amount as decimal(18, 4)) as open_amount,
        cast(open_amount - not_due_amount as decimal(18, 4)) as overdue_amount,
        cast(not_due_amount as decimal(18, 4)) as not_due_amount,
        cast(late_1_30_amount as decimal(18, 4)) as late_1_30_amount,
        cast(late_31_60_amount as decimal(18, 4)) as late_31_60_amount,
        cast(late_61_90_amount as decimal(18, 4)) as late_61_90_amount,
        cast(late_over_90_amount as decimal(18, 4)) as late_over_90_amount,
        {{ percent('open_amount - not_due_amount', 'open_amount') }} as overdue_pct,
        if(
            day_number >= 90,
            {{ days_of_sales('open_amount', 'sales_90_days_amount', '90') }}, null
        ) as dso_90_days,
        ---------- booleans
        is_open_day,
        ---------- dates
        date_day,
        month_date
    from joined
)
select * from measured
