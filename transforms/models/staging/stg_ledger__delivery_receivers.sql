{# One row per receiver of events. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'delivery_receivers') }}
),
renamed as (
    select
        ---------- ids
        name as receiver,
        ---------- numerics
        failures,
        ---------- timestamps, UTC
        known_since as known_since_at,
        failing_since as failing_since_at,
        paused_until as paused_until_at,
        updated_at
    from source
)
select * from renamed
