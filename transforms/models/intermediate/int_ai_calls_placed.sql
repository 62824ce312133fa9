{#
    One row per request to the model, placed in its order's story: what it repeats, and the
    draft that it led to.
#}
with
ai_calls as (
    select * from {{ ref('stg_ledger__ai_calls') }}
),
model_drafts as (
    select * from {{ ref('stg_ledger__drafts') }}
    where drafter = 'model'
),
numbered as (
    select
        *,
        row_number() over (
            partition by order_id, request_sha256 order by ai_call_id
        ) as nth_time,
        min(ai_call_id) filter (where outcome = 'ok') over same_task as first_ok_call_id,
        arg_min(request_sha256, ai_call_id) filter (where outcome = 'ok')
            over same_task as first_ok_request_sha256
    from ai_calls
    window same_task as (partition by order_id, endpoint, model, prompt_version)
),
placed as (
    select
        ---------- ids
        numbered.ai_call_id,
        numbered.order_id,
        model_drafts.draft_id,
        numbered.run_id,
        numbered.request_sha256,
        numbered.answer_sha256,
        ---------- strings
        numbered.endpoint,
        numbered.model,
        numbered.prompt_version,
        numbered.outcome,
        case
            when numbered.outcome = 'sent' then 'unsettled'
            when numbered.outcome in ('truncated', 'invalid_output') then 'invalid'
            when numbered.outcome in ('ok', 'rate_limit', 'transient', 'timeout')
                then numbered.outcome
            else 'other'
        end as outcome_class,
        ---------- numerics
        numbered.http_status,
        numbered.prompt_tokens,
        numbered.completion_tokens,
        numbered.cost_amount,
        if(numbered.outcome = 'sent', null, numbered.duration_ms) as duration_ms,
        ---------- booleans
        numbered.outcome = 'ok' as is_ok,
        numbered.outcome <> 'sent' as is_settled,
        numbered.order_id is not null and numbered.nth_time > 1 as is_repeat,
        numbered.order_id is not null
        and numbered.ai_call_id > coalesce(numbered.first_ok_call_id, numbered.ai_call_id)
        and numbered.request_sha256 <> numbered.first_ok_request_sha256 as is_reask,
        ---------- timestamps, UTC
        numbered.started_at
    from numbered
    asof left join model_drafts
        on
            numbered.order_id = model_drafts.order_id
            and numbered.started_at <= model_drafts.drafted_at
)
select * from placed
