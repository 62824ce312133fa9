{#
    One row per event of the outbox and receiver that is told of it. Renames and casts
    only.
#}
with
source as (
    select * from {{ source('ledger', 'deliveries') }}
),
renamed as (
    select
        ---------- ids
        id as delivery_id,
        outbox_id,
        ---------- strings
        receiver,
        subject,
        status,
        last_error,
        ---------- numerics
        attempts,
        last_status,
        ---------- timestamps, UTC
        first_tried_at,
        delivered_at,
        created_at as queued_at
    from source
)
select * from renamed
