{# One row per hour, endpoint and model that was asked, by the hour of the request. #}
with
ai_calls as (
    select * from {{ ref('int_ai_calls_placed') }}
),
summed as (
    select
        ---------- strings
        endpoint,
        model,
        ---------- numerics
        count(*) as call_count,
        count(*) filter (where is_settled) as settled_count,
        count(*) filter (where outcome_class = 'ok') as ok_count,
        count(*) filter (where outcome_class = 'rate_limit') as rate_limit_count,
        count(*) filter (where outcome_class = 'transient') as transient_count,
        count(*) filter (where outcome_class = 'timeout') as timeout_count,
        count(*) filter (where outcome_class = 'invalid') as invalid_count,
        count(*) filter (where outcome_class = 'other') as other_failure_count,
        count(*) filter (where outcome_class = 'unsettled') as unsettled_count,
        count(*) filter (where is_repeat) as repeat_count,
        count(*) filter (where is_reask) as reask_count,
        count(*) filter (where cost_amount is null) as unpriced_count,
        quantile_cont(duration_ms, 0.5) filter (where is_ok) as ok_p50_ms,
        quantile_cont(duration_ms, 0.95) filter (where is_ok) as ok_p95_ms,
        sum(prompt_tokens) as prompt_tokens,
        sum(completion_tokens) as completion_tokens,
        sum(cost_amount) as cost_amount,
        ---------- timestamps, UTC
        date_trunc('hour', started_at) as hour_at
    from ai_calls
    group by hour_at, endpoint, model
)
select * from summed
