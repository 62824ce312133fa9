{# One row per draft of an invoice. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'drafts') }}
),
renamed as (
    select
        ---------- ids
        id as draft_id,
        order_id,
        run_id,
        answer_sha256,
        content_sha256,
        ---------- strings
        drafter,
        model,
        prompt_version,
        outcome,
        ---------- numerics
        reasks,
        ---------- timestamps, UTC
        created_at as drafted_at
    from source
)
select * from renamed
