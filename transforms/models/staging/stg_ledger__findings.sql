{# One row per reason why something is not proved. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'findings') }}
),
renamed as (
    select
        ---------- ids
        id as finding_id,
        order_id,
        draft_id,
        run_id,
        ---------- strings
        stage,
        code,
        place,
        message,
        ---------- timestamps, UTC
        created_at as found_at
    from source
)
select * from renamed
