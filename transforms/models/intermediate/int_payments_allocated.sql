{# One row per payment that is put somewhere: on which invoices, what was paid back. #}
with
allocations as (
    select * from {{ ref('stg_ledger__allocations') }}
    where payment_id is not null and kind in ('payment', 'refund')
),
invoices as (
    select * from {{ ref('stg_ledger__invoices') }}
),
standing as (
    select
        payment_id,
        invoice_id,
        kind,
        sum(amount) as amount
    from allocations
    group by payment_id, invoice_id, kind
    having sum(amount) <> 0
),
summed as (
    select
        ---------- ids
        standing.payment_id,
        if(count(distinct invoices.customer_id) = 1, min(invoices.customer_id), null)
            as customer_id,
        ---------- numerics
        coalesce(sum(standing.amount) filter (where standing.kind = 'payment'), 0)
            as allocated_amount,
        coalesce(sum(standing.amount) filter (where standing.kind = 'refund'), 0)
            as refunded_amount,
        count(distinct standing.invoice_id) as invoice_count
    from standing
    left join invoices on standing.invoice_id = invoices.invoice_id
    group by standing.payment_id
)
select * from summed
