{# One row per request to the model. #}
with
ai_calls as (
    select * from {{ ref('stg_ledger__ai_calls') }}
),
classified as (
    select
        ---------- ids
        ai_call_id,
        order_id,
        run_id,
        request_sha256,
        answer_sha256,
        ---------- strings
        endpoint,
        model,
        prompt_version,
        outcome,
        ---------- numerics
        http_status,
        prompt_tokens,
        completion_tokens,
        cast(cost_amount as decimal(18, 6)) as cost_amount,
        duration_ms,
        ---------- booleans
        outcome = 'ok' as is_ok,
        ---------- timestamps, UTC
        started_at
    from ai_calls
)
select * from classified
