{# One row per order that was drafted. #}
with
drafts as (
    select * from {{ ref('stg_ledger__drafts') }}
),
summed as (
    select
        ---------- ids
        order_id,
        max(draft_id) filter (where drafter = 'person') as last_person_draft_id,
        arg_max(content_sha256, draft_id) filter (where drafter = 'person')
            as last_person_content_sha256,
        ---------- strings
        arg_max(drafter, draft_id) as last_drafter,
        ---------- numerics
        count(*) as draft_count,
        count(*) filter (where drafter = 'model') as model_draft_count,
        sum(reasks) as reask_count,
        ---------- timestamps, UTC
        min(drafted_at) as first_drafted_at,
        max(drafted_at) as last_drafted_at
    from drafts
    group by order_id
)
select * from summed
