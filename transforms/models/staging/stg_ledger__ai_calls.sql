{# One row per request to the model. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'ai_calls') }}
),
renamed as (
    select
        ---------- ids
        id as ai_call_id,
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
        cost_micros,
        cast(cost_micros as decimal(18, 0)) * 0.000001 as cost_amount,
        duration_ms,
        ---------- timestamps, UTC
        started_at
    from source
)
select * from renamed
