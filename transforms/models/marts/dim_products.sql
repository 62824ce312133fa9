{#
    One row per product: a code, or a name where a line has no code. No amounts: a product
    may be sold in two currencies; fct_invoice_lines has them.
#}
with
lines as (
    select * from {{ ref('int_invoice_lines_unnested') }}
),
summed as (
    select
        ---------- ids
        product_id,
        any_value(product_code) as product_code,
        ---------- strings
        arg_max(product_name, row(issue_date, product_name)) as product_name,
        ---------- numerics
        count(distinct product_name) as name_count,
        count(distinct unit_code) as unit_count,
        count(*) filter (where kind = 'invoice') as line_count,
        count(*) filter (where kind = 'credit_note') as credited_line_count,
        ---------- dates
        min(issue_date) filter (where kind = 'invoice') as first_sold_date,
        max(issue_date) filter (where kind = 'invoice') as last_sold_date
    from lines
    group by product_id
)
select * from summed
