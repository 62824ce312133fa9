{#
    Each request of an hour ended in one way, and each draft that the model answered stands in
    one hour.
#}
with
hours as (
    select * from {{ ref('kpi_ai_hourly') }}
),
drafts as (
    select count(*) as draft_count
    from {{ ref('fct_drafts') }}
    where drafter = 'model' and endpoint is not null
),
counted as (
    select coalesce(sum(proved_draft_count + review_draft_count), 0) as draft_count
    from hours
),
broken as (
    select
        ai_hour_id as place,
        call_count as counted,
        settled_count + unsettled_count as expected
    from hours
    where
        call_count <> settled_count + unsettled_count
        or settled_count <> ok_count + rate_limit_count + transient_count
        + timeout_count + invalid_count + other_failure_count
    union all
    select
        'drafts' as place,
        counted.draft_count as counted,
        drafts.draft_count as expected
    from counted
    cross join drafts
    where counted.draft_count <> drafts.draft_count
)
select * from broken
