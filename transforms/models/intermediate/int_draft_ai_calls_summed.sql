{# One row per draft that requests to the model led to. #}
with
ai_calls as (
    select * from {{ ref('int_ai_calls_placed') }}
),
summed as (
    select
        ---------- ids
        draft_id,
        ---------- strings
        coalesce(
            arg_max(endpoint, ai_call_id) filter (where is_ok),
            arg_max(endpoint, ai_call_id)
        ) as last_endpoint,
        arg_max(model, ai_call_id) as last_model,
        arg_max(prompt_version, ai_call_id) as last_prompt_version,
        ---------- numerics
        count(*) as ai_call_count,
        count(*) filter (where is_settled and not is_ok) as ai_failed_call_count,
        count(*) filter (where cost_amount is null) as ai_unpriced_call_count,
        sum(prompt_tokens) as prompt_tokens,
        sum(completion_tokens) as completion_tokens,
        sum(cost_amount) as ai_cost_amount
    from ai_calls
    where draft_id is not null
    group by draft_id
)
select * from summed
