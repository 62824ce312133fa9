{#
    Bands stand in their order around the middle, probabilities are between 0 and 1, money has a
    currency, a run without data predicts nothing, and no subject is predicted twice for a day.
#}
with
runs as (
    select * from {{ ref('fct_model_runs') }}
),
predictions as (
    select * from {{ ref('fct_predictions') }}
),
broken as (
    select predictions.prediction_id
    from predictions
    inner join runs on predictions.model_run_id = runs.model_run_id
    where
        runs.state <> 'ok'
        or not isfinite(predictions.middle)
        or coalesce(predictions.low_80 > predictions.middle, false)
        or coalesce(predictions.middle > predictions.high_80, false)
        or coalesce(predictions.low_95 > predictions.low_80, false)
        or coalesce(predictions.high_80 > predictions.high_95, false)
        or (
            predictions.measure in ('churn_90_days', 'late', 'anomaly')
            and predictions.middle not between 0 and 1
        )
        or (
            predictions.measure in ('revenue', 'cash', 'expected_loss')
            and predictions.currency is null
        )
    union all
    select min(prediction_id)
    from predictions
    group by
        model_run_id, measure, subject_kind, subject_id, currency, target_date
    having count(*) > 1
)
select * from broken
