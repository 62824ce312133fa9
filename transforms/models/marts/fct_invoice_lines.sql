{# One row per line of an issued invoice. #}
with
lines as (
    select * from {{ ref('int_invoice_lines_unnested') }}
)
select * from lines
