{# One row per customer: those the ledger knows, and those that only an order names. #}
with
customers as (
    select * from {{ ref('stg_ledger__customers') }}
),
customer_orders as (
    select * from {{ ref('int_customer_orders_summed') }}
),
customer_invoices as (
    select * from {{ ref('int_customer_invoices_summed') }}
),
joined as (
    select
        ---------- ids
        coalesce(customers.customer_id, customer_orders.customer_id) as customer_id,
        ---------- strings
        customers.customer_name,
        customers.country,
        customers.currency,
        customers.tax_category,
        ---------- numerics
        customers.terms_days,
        customers.tax_rate_pct,
        coalesce(customer_orders.order_count, 0) as order_count,
        coalesce(customer_orders.cancellation_count, 0) as cancellation_count,
        coalesce(customer_invoices.invoice_count, 0) as invoice_count,
        coalesce(customer_invoices.currency_count, 0) as invoice_currency_count,
        ---------- dates
        customer_orders.first_order_date,
        customer_orders.last_order_date,
        customer_invoices.first_invoice_date,
        customer_invoices.last_invoice_date,
        ---------- timestamps, UTC
        customers.first_seen_at
    from customers
    full outer join customer_orders
        on customers.customer_id = customer_orders.customer_id
    left join customer_invoices
        on customers.customer_id = customer_invoices.customer_id
)
select * from joined
