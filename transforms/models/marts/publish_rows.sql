{# One row per ledger table: how many rows this publish copied. #}
with
table_rows as (
    select * from {{ ref('stg_ledger__table_rows') }}
),
selected as (
    select
        ---------- strings
        table_name,
        ---------- numerics
        row_count
    from table_rows
)
select * from selected
