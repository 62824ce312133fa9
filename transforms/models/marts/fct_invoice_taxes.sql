{# One row per tax category and rate of an issued invoice: what a VAT return adds up. #}
with
tax_groups as (
    select * from {{ ref('int_tax_groups_unnested') }}
),
selected as (
    select
        ---------- ids
        invoice_tax_id,
        invoice_id,
        invoice_number,
        customer_id,
        ---------- strings
        currency,
        tax_category,
        exemption_reason,
        ---------- numerics
        tax_rate_pct,
        taxable_amount,
        tax_amount,
        ---------- dates
        issue_date,
        tax_point_date
    from tax_groups
)
select * from selected
