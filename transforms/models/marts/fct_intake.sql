{# One row per file taken in: rows in = accepted + duplicate + quarantined, exactly. #}
with
files as (
    select * from {{ ref('stg_ledger__files') }}
),
quarantine as (
    select * from {{ ref('int_quarantine_summed') }}
),
joined as (
    select
        ---------- ids
        files.file_id,
        files.run_id,
        files.retry_of_file_id,
        files.file_sha256,
        ---------- strings
        files.kind,
        files.source,
        files.file_name,
        files.file_format,
        files.mapping,
        ---------- numerics
        files.file_bytes,
        files.rows_in,
        files.rows_accepted,
        files.rows_duplicate,
        files.rows_quarantined,
        files.orders_new,
        files.orders_duplicate,
        files.orders_conflict,
        coalesce(quarantine.open_quarantine_count, 0) as open_quarantine_count,
        ---------- timestamps, UTC
        files.received_at
    from files
    left join quarantine on files.file_id = quarantine.file_id
)
select * from joined
