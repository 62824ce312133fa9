{# One row per posting that settles an invoice, uses up a payment or takes that back. #}
with
allocations as (
    select * from {{ ref('stg_ledger__allocations') }}
),
invoices as (
    select * from {{ ref('stg_ledger__invoices') }}
),
joined as (
    select
        ---------- ids
        allocations.allocation_id,
        allocations.payment_id,
        allocations.credit_note_id,
        allocations.invoice_id,
        invoices.customer_id,
        allocations.run_id,
        ---------- strings
        allocations.kind,
        allocations.currency,
        allocations.rule,
        allocations.reason,
        allocations.actor,
        ---------- numerics
        allocations.amount,
        allocations.effective_date - invoices.due_date as days_late,
        ---------- booleans
        allocations.rule = 'person' as is_by_person,
        ---------- dates
        allocations.effective_date,
        ---------- timestamps, UTC
        allocations.recorded_at
    from allocations
    left join invoices
        on
            coalesce(allocations.invoice_id, allocations.credit_note_id)
            = invoices.invoice_id
)
select * from joined
