{# One row per tax group (category and rate) of an issued invoice. #}
with
invoices as (
    select * from {{ ref('stg_ledger__invoices') }}
),
unnested as (
    select
        invoice_id,
        invoice_number,
        customer_id,
        currency,
        issue_date,
        tax_point_date,
        unnest(content.tax_groups) as tax_group
    from invoices
),
tax_groups as (
    select
        ---------- ids
        invoice_number
        || '/' || tax_group.category
        || '/' || tax_group.rate as invoice_tax_id,
        invoice_id,
        invoice_number,
        customer_id,
        ---------- strings
        currency,
        tax_group.category as tax_category,
        tax_group.exemption_reason,
        ---------- numerics
        cast(tax_group.rate as decimal(9, 4)) as tax_rate_pct,
        {{ major_units('tax_group.taxable_minor', 'currency') }} as taxable_amount,
        {{ major_units('tax_group.tax_minor', 'currency') }} as tax_amount,
        ---------- dates
        issue_date,
        tax_point_date
    from unnested
)
select * from tax_groups
