{# One row: the end of the audit chain. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'audit_head') }}
),
renamed as (
    select
        ---------- ids
        id as audit_head_id,
        ---------- strings
        sha256 as audit_sha256,
        ---------- numerics
        seq as audit_seq
    from source
)
select * from renamed
