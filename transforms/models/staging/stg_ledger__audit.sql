{# One row per entry of the audit chain. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'audit') }}
),
renamed as (
    select
        ---------- ids
        seq as audit_seq,
        sha256 as audit_sha256,
        ---------- strings
        actor,
        action,
        subject,
        ---------- timestamps, UTC
        "at" as happened_at
    from source
)
select * from renamed
