{# One row per ledger table: how many rows were copied. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'table_rows') }}
),
renamed as (
    select
        ---------- strings
        table_name,
        ---------- numerics
        row_count
    from source
)
select * from renamed
