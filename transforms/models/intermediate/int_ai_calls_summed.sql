{# One row per order that the model was asked about. #}
with
ai_calls as (
    select * from {{ ref('int_ai_calls_placed') }}
),
summed as (
    select
        ---------- ids
        order_id,
        ---------- numerics
        count(*) as ai_call_count,
        count(*) filter (where is_settled and not is_ok) as ai_failed_call_count,
        count(*) filter (where not is_settled) as ai_unsettled_call_count,
        count(*) filter (where cost_amount is null) as ai_unpriced_call_count,
        sum(prompt_tokens) as prompt_tokens,
        sum(completion_tokens) as completion_tokens,
        sum(cost_amount) as ai_cost_amount,
        sum(duration_ms) as ai_duration_ms
    from ai_calls
    where order_id is not null
    group by order_id
)
select * from summed
