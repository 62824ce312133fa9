{# One row per ledger table: how many rows this publish copied. #}
with
table_rows as (
    select * from {{ ref('stg_ledger__table_rows') }}
)
select * from table_rows
