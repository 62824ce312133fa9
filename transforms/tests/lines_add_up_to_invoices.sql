{# Line nets plus document charges minus allowances are the invoice's net amount. #}
with
invoices as (
    select * from {{ ref('fct_invoices') }}
),
lines as (
    select
        invoice_id,
        sum(net_amount) as net_amount,
        count(*) as line_count
    from {{ ref('fct_invoice_lines') }}
    group by invoice_id
),
adjustments as (
    select
        invoice_id,
        sum(signed_amount) as signed_amount
    from {{ ref('int_adjustments_unnested') }}
    group by invoice_id
),
differing as (
    select
        invoices.invoice_number,
        invoices.net_amount,
        lines.net_amount as lines_net_amount,
        adjustments.signed_amount as adjustments_amount
    from invoices
    left join lines on invoices.invoice_id = lines.invoice_id
    left join adjustments on invoices.invoice_id = adjustments.invoice_id
    where
        invoices.net_amount is distinct from
        coalesce(lines.net_amount, 0) + coalesce(adjustments.signed_amount, 0)
        or invoices.line_count is distinct from lines.line_count
)
select * from differing
