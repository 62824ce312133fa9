{#
    Each invoice issued here has its entry in the audit chain, and each such entry its
    invoice. Imported ones were issued elsewhere; their files are audited.
#}
with
invoices as (
    select
        invoice_number,
        'invoice:' || invoice_number as subject
    from {{ ref('fct_invoices') }}
    where series <> 'imported'
),
entries as (
    select
        subject,
        count(*) as entry_count
    from {{ ref('stg_ledger__audit') }}
    where action = 'invoice.issued'
    group by subject
),
broken as (
    select
        coalesce(invoices.subject, entries.subject) as subject,
        entries.entry_count
    from invoices
    full outer join entries on invoices.subject = entries.subject
    where
        invoices.subject is null
        or entries.entry_count is distinct from 1
)
select * from broken
