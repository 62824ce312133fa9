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
scores as (
    select * from {{ ref('int_customers_scored') }}
),
habits as (
    select * from {{ ref('int_customer_payments_summed') }}
    where customer_id is not null
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
        scores.main_currency,
        ---------- numerics
        customers.terms_days,
        customers.tax_rate_pct,
        coalesce(customer_orders.order_count, 0) as order_count,
        coalesce(customer_orders.cancellation_count, 0) as cancellation_count,
        coalesce(customer_invoices.invoice_count, 0) as invoice_count,
        coalesce(customer_invoices.currency_count, 0) as invoice_currency_count,
        cast(coalesce(scores.open_invoice_count, 0) as bigint) as open_invoice_count,
        cast(coalesce(scores.overdue_invoice_count, 0) as bigint)
            as overdue_invoice_count,
        scores.recency_days,
        cast(coalesce(scores.recent_invoice_count, 0) as bigint) as recent_invoice_count,
        cast(scores.recent_net_amount as decimal(18, 4)) as recent_net_amount,
        scores.recency_score,
        scores.frequency_score,
        scores.monetary_score,
        coalesce(habits.paid_invoice_count, 0) as paid_invoice_count,
        {{ share_pct('habits.on_time_count', 'habits.paid_invoice_count') }}
            as paid_on_time_pct,
        cast(habits.median_payment_days as decimal(9, 2)) as median_payment_days,
        cast(habits.low_days_late as decimal(9, 2)) as low_days_late,
        cast(habits.median_days_late as decimal(9, 2)) as median_days_late,
        cast(habits.high_days_late as decimal(9, 2)) as high_days_late,
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
    left join scores on customers.customer_id = scores.customer_id
    left join habits on customers.customer_id = habits.customer_id
)
select * from joined
