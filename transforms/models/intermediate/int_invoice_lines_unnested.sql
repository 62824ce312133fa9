{# One row per line of an issued invoice, out of the content that was hashed. #}
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
        unnest(content.lines) as line
    from invoices
),
lines as (
    select
        ---------- ids
        invoice_number || '/' || line."no" as invoice_line_id,
        invoice_id,
        invoice_number,
        customer_id,
        line.code as product_code,
        ---------- strings
        line."name" as product_name,
        coalesce(line.unit, 'C62') as unit_code,
        currency,
        line.tax_category,
        ---------- numerics
        line."no" as line_number,
        {{ exact_number('line.quantity') }} as quantity,
        {{ exact_number('line.unit_price') }} as unit_price,
        coalesce({{ exact_number('line.price_base') }}, 1) as price_base,
        cast(line.tax_rate as decimal(9, 4)) as tax_rate_pct,
        {{ major_units('line.net_minor', 'currency') }} as net_amount,
        coalesce(len(line.adjustments), 0) as adjustment_count,
        ---------- dates
        issue_date
    from unnested
)
select * from lines
