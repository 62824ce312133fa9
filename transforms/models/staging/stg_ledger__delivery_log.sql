{# One row per attempt to deliver an event. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'delivery_log') }}
),
renamed as (
    select
        ---------- ids
        id as delivery_attempt_id,
        delivery_id,
        run_id,
        ---------- strings
        outcome,
        error,
        ---------- numerics
        attempt,
        http_status,
        duration_ms,
        ---------- timestamps, UTC
        started_at
    from source
)
select * from renamed
