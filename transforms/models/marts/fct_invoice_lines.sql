{# One row per line of an issued invoice. #}
with
lines as (
    select * from {{ ref('int_invoice_lines_unnested') }}
),
selected as (
    select
        ---------- ids
        invoice_line_id,
        invoice_id,
        invoice_number,
        customer_id,
        product_id,
        product_code,
        deducts_number,
        ---------- strings
        kind,
        product_name,
        unit_code,
        currency,
        tax_category,
        ---------- numerics
        line_number,
        quantity,
        unit_price,
        price_base,
        tax_rate_pct,
        net_amount,
        if(kind = 'credit_note', -quantity, quantity) as signed_quantity,
        if(kind = 'credit_note', -net_amount, net_amount) as signed_net_amount,
        adjustment_count,
        ---------- dates
        issue_date
    from lines
)
select * from selected
