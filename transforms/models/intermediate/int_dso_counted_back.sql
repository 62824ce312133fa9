{#
    One row per month and currency: days sales outstanding by counting back (exhaustion).
    Sales are taken off the receivables month by month, backwards from the month itself. A
    month whose sales they still exceed counts with all its days, the last one with the part
    rest / sales of its days. Months without sales count in full while something is left.
    Null where the receivables are more than all sales there ever were.
    Source: Oracle, "Financial Management Administrator's Guide", DSO - Days Sales Outstanding.
#}
with
months as (
    select * from {{ ref('int_months_summed') }}
),
paired as (
    select
        months.currency,
        months.month_date,
        months.open_amount,
        past.day_count,
        greatest(past.sales_amount, 0) as sales_amount,
        coalesce(sum(greatest(past.sales_amount, 0)) over later_months, 0)
            as sales_after_amount
    from months
    inner join months as past
        on months.currency = past.currency and months.month_date >= past.month_date
    window later_months as (
        partition by months.currency, months.month_date
        order by past.month_date desc
        rows between unbounded preceding and 1 preceding
    )
),
parts as (
    select
        currency,
        month_date,
        open_amount,
        sales_amount,
        case
            when open_amount <= sales_after_amount then 0
            when open_amount - sales_after_amount >= sales_amount then day_count
            else 1.0 * day_count * (open_amount - sales_after_amount) / sales_amount
        end as counted_days
    from paired
),
summed as (
    select
        ---------- strings
        currency,
        ---------- numerics
        if(
            max(open_amount) <= sum(sales_amount),
            cast(round(sum(counted_days), 2) as decimal(18, 2)), null
        ) as dso_countback_days,
        ---------- dates
        month_date
    from parts
    group by currency, month_date
)
select * from summed
