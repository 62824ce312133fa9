{# One row per answer kept for reuse, without its text. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'ai_answers') }}
),
renamed as (
    select
        ---------- ids
        request_sha256,
        ---------- timestamps, UTC
        created_at as answered_at
    from source
)
select * from renamed
