{#
    One row per day, currency and aging bucket: what was open on that day, by how late it
    was then, from what was paid then. Each period of a balance enters and leaves a bucket
    once, so that the work grows with the number of periods, not of days.
#}
with
balances as (
    select * from {{ ref('fct_invoice_balances') }}
    where balance_amount > 0
),
buckets as (
    select * from {{ ref('aging_buckets') }}
),
publishes as (
    select * from {{ ref('stg_ledger__publishes') }}
),
aged as (
    select
        balances.currency,
        buckets.aging_bucket,
        balances.balance_amount,
        greatest(
            balances.valid_from_date, balances.due_date + buckets.first_day_late
        ) as from_date,
        least(
            balances.valid_to_date, balances.due_date + buckets.last_day_late + 1
        ) as to_date
    from balances
    cross join buckets
),
moves as (
    select
        currency,
        aging_bucket,
        from_date as move_date,
        balance_amount as amount,
        1 as invoice_count
    from aged
    where to_date is null or from_date < to_date
    union all
    select
        currency,
        aging_bucket,
        to_date as move_date,
        -balance_amount as amount,
        -1 as invoice_count
    from aged
    where from_date < to_date
),
moved as (
    select
        currency,
        aging_bucket,
        move_date,
        sum(amount) as amount,
        sum(invoice_count) as invoice_count
    from moves
    group by currency, aging_bucket, move_date
),
first_days as (
    select
        currency,
        min(valid_from_date) as first_date
    from {{ ref('fct_invoice_balances') }}
    group by currency
),
days as (
    select
        first_days.currency,
        unnest(
            range(
                cast(first_days.first_date as timestamp),
                publishes.made_date + interval '1 day',
                interval '1 day'
            )
        ) as day_at
    from first_days
    cross join publishes
),
running as (
    select
        days.currency,
        buckets.aging_bucket,
        cast(days.day_at as date) as as_of_date,
        sum(moved.amount) over by_bucket as open_amount,
        sum(moved.invoice_count) over by_bucket as invoice_count
    from days
    cross join buckets
    left join moved
        on
            days.currency = moved.currency
            and buckets.aging_bucket = moved.aging_bucket
            and cast(days.day_at as date) = moved.move_date
    window by_bucket as (
        partition by days.currency, buckets.aging_bucket order by days.day_at
    )
),
selected as (
    select
        ---------- ids
        as_of_date || ' ' || currency || ' ' || aging_bucket as receivables_day_id,
        ---------- strings
        currency,
        aging_bucket,
        ---------- numerics
        cast(coalesce(open_amount, 0) as decimal(18, 4)) as open_amount,
        cast(coalesce(invoice_count, 0) as bigint) as invoice_count,
        ---------- dates
        as_of_date
    from running
)
select * from selected
