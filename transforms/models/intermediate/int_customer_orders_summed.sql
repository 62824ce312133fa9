{# One row per customer with orders. #}
with
orders as (
    select * from {{ ref('stg_ledger__orders') }}
),
summed as (
    select
        ---------- ids
        customer_id,
        ---------- numerics
        count(*) filter (where kind = 'order') as order_count,
        count(*) filter (where kind = 'cancellation') as cancellation_count,
        ---------- dates
        min(ordered_date) as first_order_date,
        max(ordered_date) as last_order_date
    from orders
    where customer_id is not null and conflict_of_order_id is null
    group by customer_id
)
select * from summed
