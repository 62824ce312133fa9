{# One row per endpoint and model that was ever asked. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'ai_endpoints') }}
),
renamed as (
    select
        ---------- ids
        name as endpoint_name,
        ---------- timestamps, UTC
        updated_at
    from source
)
select * from renamed
