{# One row per request to the model. #}
with
ai_calls as (
    select * from {{ ref('int_ai_calls_placed') }}
),
selected as (
    select
        ---------- ids
        ai_call_id,
        order_id,
        draft_id,
        run_id,
        request_sha256,
        answer_sha256,
        ---------- strings
        left(endpoint || ' ' || model, 250) as endpoint_name,
        endpoint,
        model,
        prompt_version,
        outcome,
        outcome_class,
        ---------- numerics
        http_status,
        prompt_tokens,
        completion_tokens,
        cast(cost_amount as decimal(18, 6)) as cost_amount,
        duration_ms,
        ---------- booleans
        is_ok,
        is_settled,
        is_repeat,
        is_reask,
        ---------- timestamps, UTC
        started_at
    from ai_calls
)
select * from selected
