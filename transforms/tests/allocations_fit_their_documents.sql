{# Allocations join one currency, settle invoices only and use up credit notes only. #}
with
allocations as (
    select * from {{ ref('fct_allocations') }}
),
payments as (
    select * from {{ ref('fct_payments') }}
),
invoices as (
    select * from {{ ref('fct_invoices') }}
),
broken as (
    select
        allocations.allocation_id,
        allocations.currency,
        payments.currency as payment_currency,
        settled.currency as invoice_currency,
        settled.kind as invoice_kind,
        used.currency as credit_note_currency,
        used.kind as credit_note_kind
    from allocations
    left join payments on allocations.payment_id = payments.payment_id
    left join invoices as settled on allocations.invoice_id = settled.invoice_id
    left join invoices as used on allocations.credit_note_id = used.invoice_id
    where
        allocations.currency <> payments.currency
        or allocations.currency <> settled.currency
        or allocations.currency <> used.currency
        or settled.kind <> 'invoice'
        or used.kind <> 'credit_note'
)
select * from broken
