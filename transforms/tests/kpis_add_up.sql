{#
    Receivables roll forward: each day's are those of the day before + invoiced - settled, and
    they are the sum of their buckets. Months have what their days have; months and days
    together have all invoices up to the publish.
#}
with
days as (
    select
        *,
        sum(invoiced_amount - settled_amount) over (
            partition by currency order by date_day
        ) as rolled_amount
    from {{ ref('kpi_daily') }}
),
months as (
    select * from {{ ref('kpi_monthly') }}
),
publishes as (
    select * from {{ ref('stg_ledger__publishes') }}
),
revenues as (
    select
        invoices.currency,
        sum(invoices.signed_net_amount) as revenue_amount
    from {{ ref('fct_invoices') }} as invoices
    inner join publishes on invoices.issue_date <= publishes.made_date
    group by invoices.currency
),
daily_revenues as (
    select
        currency,
        sum(revenue_amount) as revenue_amount
    from days
    group by currency
),
monthly_revenues as (
    select
        currency,
        sum(revenue_amount) as revenue_amount
    from months
    group by currency
),
broken as (
    select
        'day' as place,
        kpi_day_id as row_key,
        open_amount as amount,
        rolled_amount as expected_amount
    from days
    where
        open_amount <> rolled_amount
        or overdue_amount
        <> late_1_30_amount + late_31_60_amount + late_61_90_amount + late_over_90_amount
        or open_amount <> overdue_amount + not_due_amount
    union all
    select
        'month' as place,
        kpi_month_id as row_key,
        closing_amount as amount,
        opening_amount + invoiced_amount - settled_amount as expected_amount
    from months
    where closing_amount <> opening_amount + invoiced_amount - settled_amount
    union all
    select
        'revenue' as place,
        revenues.currency as row_key,
        daily_revenues.revenue_amount as amount,
        revenues.revenue_amount as expected_amount
    from revenues
    left join daily_revenues on revenues.currency = daily_revenues.currency
    left join monthly_revenues on revenues.currency = monthly_revenues.currency
    where
        revenues.revenue_amount is distinct from daily_revenues.revenue_amount
        or revenues.revenue_amount is distinct from monthly_revenues.revenue_amount
)
select * from broken
