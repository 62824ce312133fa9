{# One row: which publish this file is, and up to where in the audit log it reaches. #}
with
publishes as (
    select * from {{ ref('stg_ledger__publishes') }}
),
invoices as (
    select count(*) as invoice_count from {{ ref('stg_ledger__invoices') }}
),
orders as (
    select count(*) as order_count from {{ ref('stg_ledger__orders') }}
),
joined as (
    select
        ---------- ids
        publishes.publish_id,
        publishes.run_id,
        ---------- strings
        publishes.audit_sha256,
        ---------- numerics
        publishes.audit_seq,
        orders.order_count,
        invoices.invoice_count,
        ---------- dates
        publishes.made_date,
        ---------- timestamps, UTC
        publishes.made_at
    from publishes
    cross join invoices
    cross join orders
)
select * from joined
