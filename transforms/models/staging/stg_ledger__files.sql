{# One row per file taken in. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'files') }}
),
renamed as (
    select
        ---------- ids
        id as file_id,
        run_id,
        retry_of as retry_of_file_id,
        sha256 as file_sha256,
        ---------- strings
        kind,
        source,
        name as file_name,
        format as file_format,
        mapping,
        ---------- numerics
        bytes as file_bytes,
        rows_in,
        rows_accepted,
        rows_duplicate,
        rows_quarantined,
        orders_new,
        orders_duplicate,
        orders_conflict,
        ---------- timestamps, UTC
        received_at
    from source
)
select * from renamed
