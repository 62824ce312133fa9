{#
    Each invoice issued here has its entry in the audit chain, and each such entry its
    invoice. Of imported ones, issued elsewhere, each file has an entry.
#}
with
invoices as (
    select distinct
        if(
            invoices.series = 'imported',
            'file:' || orders.file_id, 'invoice:' || invoices.invoice_number
        ) as subject
    from {{ ref('fct_invoices') }} as invoices
    left join {{ ref('fct_orders') }} as orders on invoices.order_id = orders.order_id
),
entries as (
    select
        subject,
        action,
        count(*) as entry_count
    from {{ ref('stg_ledger__audit') }}
    where action in ('invoice.issued', 'invoices.imported')
    group by subject, action
),
broken as (
    select
        coalesce(invoices.subject, entries.subject) as subject,
        entries.action,
        entries.entry_count
    from invoices
    full outer join entries on invoices.subject = entries.subject
    where
        entries.entry_count is null
        or (entries.action = 'invoice.issued' and invoices.subject is null)
        or (entries.action = 'invoice.issued' and entries.entry_count <> 1)
)
select * from broken
