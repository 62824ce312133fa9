{# One row per stop of a customer's letters, or its end. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'dunning_stops') }}
),
renamed as (
    select
        ---------- ids
        id as stop_id,
        customer_id,
        ---------- strings
        kind,
        reason,
        actor,
        ---------- dates
        until_date,
        ---------- timestamps, UTC
        created_at as said_at
    from source
)
select * from renamed
