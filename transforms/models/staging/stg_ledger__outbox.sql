{# One row per event for the outside. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'outbox') }}
),
renamed as (
    select
        ---------- ids
        id as event_id,
        subject,
        ---------- strings
        event,
        ---------- numerics
        attempts,
        ---------- timestamps, UTC
        created_at,
        sent_at
    from source
)
select * from renamed
