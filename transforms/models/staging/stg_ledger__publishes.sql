{# One row: the publish that this file is. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'publish') }}
),
renamed as (
    select
        ---------- ids
        publish_id,
        run_id,
        ---------- strings
        audit_sha256,
        ---------- numerics
        audit_seq,
        ---------- dates
        made_on as made_date,
        ---------- timestamps, UTC
        made_at
    from source
)
select * from renamed
