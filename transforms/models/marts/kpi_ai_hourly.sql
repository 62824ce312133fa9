{# One row per hour, endpoint and model in which requests were sent or drafts made. #}
with
ai_calls as (
    select * from {{ ref('int_ai_calls_hourly') }}
),
model_drafts as (
    select * from {{ ref('fct_drafts') }}
    where drafter = 'model' and endpoint is not null
),
drafts as (
    select
        ---------- strings
        endpoint,
        model,
        ---------- numerics
        count(*) filter (where is_proved) as proved_draft_count,
        count(*) filter (where not is_proved) as review_draft_count,
        ---------- timestamps, UTC
        date_trunc('hour', drafted_at) as hour_at
    from model_drafts
    group by all
),
hours as (
    select
        hour_at,
        endpoint,
        model
    from ai_calls
    union distinct
    select
        hour_at,
        endpoint,
        model
    from drafts
),
joined as (
    select
        ---------- ids
        strftime(hours.hour_at, '%Y-%m-%dT%H')
        || ' ' || hours.endpoint
        || ' ' || hours.model as ai_hour_id,
        ---------- strings
        hours.endpoint,
        hours.model,
        ---------- numerics
        coalesce(ai_calls.call_count, 0) as call_count,
        coalesce(ai_calls.settled_count, 0) as settled_count,
        coalesce(ai_calls.ok_count, 0) as ok_count,
        coalesce(ai_calls.rate_limit_count, 0) as rate_limit_count,
        coalesce(ai_calls.transient_count, 0) as transient_count,
        coalesce(ai_calls.timeout_count, 0) as timeout_count,
        coalesce(ai_calls.invalid_count, 0) as invalid_count,
        coalesce(ai_calls.other_failure_count, 0) as other_failure_count,
        coalesce(ai_calls.unsettled_count, 0) as unsettled_count,
        coalesce(ai_calls.repeat_count, 0) as repeat_count,
        coalesce(ai_calls.reask_count, 0) as reask_count,
        coalesce(ai_calls.unpriced_count, 0) as unpriced_count,
        {{ share_pct('ai_calls.ok_count', 'ai_calls.settled_count') }} as success_pct,
        {{ share_pct('ai_calls.rate_limit_count', 'ai_calls.settled_count') }}
            as rate_limit_pct,
        {{ share_pct('ai_calls.transient_count', 'ai_calls.settled_count') }}
            as transient_pct,
        {{ share_pct('ai_calls.timeout_count', 'ai_calls.settled_count') }}
            as timeout_pct,
        {{ share_pct('ai_calls.invalid_count', 'ai_calls.settled_count') }}
            as invalid_pct,
        cast(ai_calls.ok_p50_ms as decimal(18, 1)) as ok_p50_ms,
        cast(ai_calls.ok_p95_ms as decimal(18, 1)) as ok_p95_ms,
        cast(coalesce(ai_calls.prompt_tokens, 0) as bigint) as prompt_tokens,
        cast(coalesce(ai_calls.completion_tokens, 0) as bigint) as completion_tokens,
        cast(
            if(ai_calls.call_count is null, 0, ai_calls.cost_amount) as decimal(18, 6)
        ) as cost_amount,
        coalesce(drafts.proved_draft_count, 0) as proved_draft_count,
        coalesce(drafts.review_draft_count, 0) as review_draft_count,
        ---------- timestamps, UTC
        hours.hour_at
    from hours
    left join ai_calls
        on
            hours.hour_at = ai_calls.hour_at
            and hours.endpoint = ai_calls.endpoint
            and hours.model = ai_calls.model
    left join drafts
        on
            hours.hour_at = drafts.hour_at
            and hours.endpoint = drafts.endpoint
            and hours.model = drafts.model
)
select * from joined
