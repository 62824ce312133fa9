{# Taxable sums are the net amount, taxes the tax amount, and both together the total. #}
with
invoices as (
    select * from {{ ref('fct_invoices') }}
),
taxes as (
    select
        invoice_id,
        sum(taxable_amount) as taxable_amount,
        sum(tax_amount) as tax_amount
    from {{ ref('fct_invoice_taxes') }}
    group by invoice_id
),
differing as (
    select
        invoices.invoice_number,
        invoices.net_amount,
        invoices.tax_amount,
        invoices.total_amount,
        taxes.taxable_amount as groups_taxable_amount,
        taxes.tax_amount as groups_tax_amount
    from invoices
    left join taxes on invoices.invoice_id = taxes.invoice_id
    where
        invoices.net_amount is distinct from taxes.taxable_amount
        or invoices.tax_amount is distinct from taxes.tax_amount
        or invoices.total_amount is distinct from
        invoices.net_amount + invoices.tax_amount
)
select * from differing
