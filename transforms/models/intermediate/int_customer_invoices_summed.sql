{#
    One row per customer with invoices. No amounts: a customer may be invoiced in two
    currencies.
#}
with
invoices as (
    select * from {{ ref('stg_ledger__invoices') }}
),
summed as (
    select
        ---------- ids
        customer_id,
        ---------- numerics
        count(*) as invoice_count,
        count(distinct currency) as currency_count,
        ---------- dates
        min(issue_date) as first_invoice_date,
        max(issue_date) as last_invoice_date
    from invoices
    where kind = 'invoice'
    group by customer_id
)
select * from summed
