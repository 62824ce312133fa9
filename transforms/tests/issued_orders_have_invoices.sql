{# An order is issued exactly when it has an invoice. #}
with
orders as (
    select * from {{ ref('fct_orders') }}
),
broken as (
    select
        order_id,
        status,
        invoice_number
    from orders
    where (status = 'issued') <> is_invoiced
)
select * from broken
