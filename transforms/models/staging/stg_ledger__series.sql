{# One row per series of invoice numbers. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'series') }}
),
renamed as (
    select
        ---------- ids
        name as series,
        ---------- numerics
        next_seq
    from source
)
select * from renamed
