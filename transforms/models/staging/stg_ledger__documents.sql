{# One row per rendered document. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'documents') }}
),
renamed as (
    select
        ---------- ids
        id as document_id,
        invoice_id,
        run_id,
        sha256 as document_sha256,
        ---------- strings
        kind as document_kind,
        path as document_path,
        ---------- numerics
        bytes as document_bytes,
        pages,
        ---------- timestamps, UTC
        created_at as rendered_at
    from source
)
select * from renamed
