{# One row per line of an issued invoice, out of the content that was hashed. #}
with
invoices as (
    select
        *,
        coalesce(corrects_invoice_id, invoice_id) as original_id
    from {{ ref('stg_ledger__invoices') }}
),
deposits as (
    select invoice_id
    from invoices
    where content.is_deposit
),
unnested as (
    select
        invoices.invoice_id,
        invoices.invoice_number,
        invoices.customer_id,
        invoices.kind,
        invoices.currency,
        invoices.issue_date,
        -- or the credit note of one
        deposits.invoice_id is not null as is_deposit,
        unnest(invoices.content.lines) as item
    from invoices
    left join deposits on invoices.original_id = deposits.invoice_id
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
