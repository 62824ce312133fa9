{#
    One row per day and currency with anything: what was invoiced (by issue date), what
    settled invoices and what of it was paid (by effective day, at the earliest the issue
    date), what came in (by value date).
#}
with
invoices as (
    select * from {{ ref('fct_invoices') }}
),
allocations as (
    select
        fct_allocations.*,
        greatest(fct_allocations.effective_date, fct_invoices.issue_date) as moved_date
    from {{ ref('fct_allocations') }} as fct_allocations
    inner join {{ ref('fct_invoices') }} as fct_invoices
        on fct_allocations.invoice_id = fct_invoices.invoice_id
),
payments as (
    select * from {{ ref('fct_payments') }}
),
movements as (
    select
        currency,
        issue_date as moved_date,
        count(*) filter (where kind = 'invoice') as invoice_count,
        count(*) filter (where kind = 'credit_note') as credit_note_count,
        sum(signed_net_amount) as revenue_amount,
        sum(signed_total_amount) as sales_amount,
        sum(total_amount) filter (where kind = 'invoice') as invoiced_amount,
        0 as settled_amount,
        0 as collected_amount,
        0 as written_off_amount,
        0 as received_amount
    from invoices
    group by currency, issue_date
    union all
    select
        currency,
        moved_date,
        0 as invoice_count,
        0 as credit_note_count,
        0 as revenue_amount,
        0 as sales_amount,
        0 as invoiced_amount,
        sum(amount) as settled_amount,
        sum(amount) filter (where kind = 'payment') as collected_amount,
        sum(amount) filter (where kind = 'write_off') as written_off_amount,
        0 as received_amount
    from allocations
    group by currency, moved_date
    union all
    select
        currency,
        value_date as moved_date,
        0 as invoice_count,
        0 as credit_note_count,
        0 as revenue_amount,
        0 as sales_amount,
        0 as invoiced_amount,
        0 as settled_amount,
        0 as collected_amount,
        0 as written_off_amount,
        sum(amount) as received_amount
    from payments
    group by currency, value_date
),
summed as (
    select
        ---------- strings
        currency,
        ---------- numerics
        sum(invoice_count) as invoice_count,
        sum(credit_note_count) as credit_note_count,
        sum(revenue_amount) as revenue_amount,
        sum(sales_amount) as sales_amount,
        sum(invoiced_amount) as invoiced_amount,
        sum(settled_amount) as settled_amount,
        sum(collected_amount) as collected_amount,
        sum(written_off_amount) as written_off_amount,
        sum(received_amount) as received_amount,
        ---------- dates
        moved_date
    from movements
    group by currency, moved_date
)
select * from summed
