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
        kind,
        currency,
        issue_date,
        coalesce(content.is_deposit, false) as is_deposit,
        unnest(content.lines) as item
    from invoices
),
lines as (
    select
        ---------- ids
        invoice_number || '/' || item.no as invoice_line_id,
        invoice_id,
        invoice_number,
        customer_id,
        case
            when is_deposit or item.deducts is not null then 'deposit:all'
            else coalesce(item.code, 'name:' || item.name)
        end as product_id,
        item.code as product_code,
        item.deducts as deducts_number,
        ---------- strings
        kind,
        item.name as product_name,
        coalesce(item.unit, 'C62') as unit_code,
        currency,
        item.tax_category,
        ---------- numerics
        item.no as line_number,
        {{ exact_number('item.quantity') }} as quantity,
        {{ exact_number('item.unit_price') }} as unit_price,
        coalesce({{ exact_number('item.price_base') }}, 1) as price_base,
        cast(item.tax_rate as decimal(9, 4)) as tax_rate_pct,
        {{ major_units('item.net_minor', 'currency') }} as net_amount,
        coalesce(len(item.adjustments), 0) as adjustment_count,
        ---------- dates
        issue_date
    from unnested
)
select * from lines
