{# What came on a day is what the daily figures say; what happens or not is 1 or 0. #}
with
outcomes as (
    select * from {{ ref('fct_prediction_outcomes') }}
),
days as (
    select * from {{ ref('kpi_daily') }}
),
broken as (
    select outcomes.prediction_id
    from outcomes
    inner join days
        on outcomes.currency = days.currency and outcomes.target_date = days.date_day
    where
        outcomes.measure = 'revenue'
        and abs(outcomes.came - cast(days.revenue_amount as double)) > 0.005
    union all
    select prediction_id
    from outcomes
    where measure in ('late', 'churn_90_days') and came not in (0, 1)
)
select * from broken
