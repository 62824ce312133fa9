{# One row per line of a file that could not be taken in. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'quarantine') }}
),
renamed as (
    select
        ---------- ids
        id as quarantine_id,
        file_id,
        resolved_in as resolved_in_file_id,
        external_id,
        ---------- strings
        reasons,
        status,
        ---------- numerics
        line as file_line,
        ---------- timestamps, UTC
        created_at as quarantined_at,
        resolved_at
    from source
)
select * from renamed
