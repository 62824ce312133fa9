{#
    One row per month and currency, the running month up to the day of the publish. Opening
    and closing are receivables, sales are invoices less credit notes with tax.

    collection_rate_pct      collected / (opening + invoiced) * 100
    average_payment_days     mean days from issue to settled, of invoices paid in the month
    dso_days                 closing / sales * days                                   [1]
    best_possible_dso_days   not due at the end / sales * days                        [1]
    average_days_delinquent  dso_days - best_possible_dso_days                        [1]
    dso_countback_days       see int_dso_counted_back                                 [2]
    cei_pct                  (opening + sales - closing)
                             / (opening + sales - not due at the end) * 100           [1]

    Sources: [1] Credit Research Foundation, "Days Sales Outstanding" and "Collection
    Effectiveness Index"; [2] Oracle, "Financial Management Administrator's Guide".
#}
with
months as (
    select * from {{ ref('int_months_summed') }}
),
counted_back as (
    select * from {{ ref('int_dso_counted_back') }}
),
paid as (
    select
        currency,
        date_trunc('month', settled_date) as month_date,
        count(*) as paid_invoice_count,
        avg(payment_days) as average_payment_days,
        avg(days_late) as average_days_late
    from {{ ref('fct_invoices') }}
    where payment_days is not null
    group by all
),
measured as (
    select
        ---------- ids
        strftime(months.month_date, '%Y-%m') || ' ' || months.currency as kpi_month_id,
        ---------- strings
        months.currency,
        ---------- numerics
        months.day_count,
        months.open_day_count,
        cast(months.invoice_count as bigint) as invoice_count,
        cast(months.credit_note_count as bigint) as credit_note_count,
        cast(months.revenue_amount as decimal(18, 4)) as revenue_amount,
        cast(months.sales_amount as decimal(18, 4)) as sales_amount,
        cast(months.invoiced_amount as decimal(18, 4)) as invoiced_amount,
        cast(months.settled_amount as decimal(18, 4)) as settled_amount,
        cast(months.collected_amount as decimal(18, 4)) as collected_amount,
        cast(months.written_off_amount as decimal(18, 4)) as written_off_amount,
        cast(months.received_amount as decimal(18, 4)) as received_amount,
        cast(
            round(1.0 * months.invoice_count / nullif(months.open_day_count, 0), 2)
            as decimal(18, 2)
        ) as invoices_per_open_day,
        coalesce(paid.paid_invoice_count, 0) as paid_invoice_count,
        cast(months.opening_amount as decimal(18, 4)) as opening_amount,
        months.open_amount as closing_amount,
        months.overdue_amount,
        months.not_due_amount,
        months.late_1_30_amount,
        months.late_31_60_amount,
        months.late_61_90_amount,
        months.late_over_90_amount,
        {{ percent(
            'months.collected_amount', 'months.opening_amount + months.invoiced_amount'
        ) }} as collection_rate_pct,
        cast(round(paid.average_payment_days, 2) as decimal(18, 2))
            as average_payment_days,
        cast(round(paid.average_days_late, 2) as decimal(18, 2)) as average_days_late,
        {{ days_of_sales(
            'months.open_amount', 'months.sales_amount', 'months.day_count'
        ) }} as dso_days,
        {{ days_of_sales(
            'months.not_due_amount', 'months.sales_amount', 'months.day_count'
        ) }} as best_possible_dso_days,
        {{ days_of_sales(
            'months.overdue_amount', 'months.sales_amount', 'months.day_count'
        ) }} as average_days_delinquent,
        counted_back.dso_countback_days,
        {{ percent(
            'months.opening_amount + months.sales_amount - months.open_amount',
            'months.opening_amount + months.sales_amount - months.not_due_amount'
        ) }} as cei_pct,
        ---------- booleans
        months.last_date = last_day(months.month_date) as is_complete,
        ---------- dates
        months.month_date
    from months
    left join counted_back
        on
            months.currency = counted_back.currency
            and months.month_date = counted_back.month_date
    left join paid
        on months.currency = paid.currency and months.month_date = paid.month_date
)
select * from measured
