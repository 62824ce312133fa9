{# Count and sums by currency and kind are those that the ledger itself came to. #}
with
control_totals as (
    select * from {{ ref('stg_ledger__control_totals') }}
),
invoices as (
    select
        currency,
        kind,
        count(*) as invoice_count,
        sum(net_amount) as net_amount,
        sum(tax_amount) as tax_amount,
        sum(total_amount) as total_amount
    from {{ ref('fct_invoices') }}
    group by currency, kind
),
differing as (
    select
        coalesce(control_totals.currency, invoices.currency) as currency,
        coalesce(control_totals.kind, invoices.kind) as kind,
        control_totals.total_amount as ledger_total_amount,
        invoices.total_amount as mart_total_amount,
        control_totals.invoice_count as ledger_invoice_count,
        invoices.invoice_count as mart_invoice_count
    from control_totals
    full outer join invoices
        on
            control_totals.currency = invoices.currency
            and control_totals.kind = invoices.kind
    where
        control_totals.invoice_count is distinct from invoices.invoice_count
        or control_totals.net_amount is distinct from invoices.net_amount
        or control_totals.tax_amount is distinct from invoices.tax_amount
        or control_totals.total_amount is distinct from invoices.total_amount
)
select * from differing
