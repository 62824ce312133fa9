{# One row per number that a run of a model predicted. #}
with
predictions as (
    select * from {{ ref('stg_ledger__predictions') }}
),
model_runs as (
    select * from {{ ref('fct_model_runs') }}
),
joined as (
    select
        ---------- ids
        predictions.prediction_id,
        predictions.model_run_id,
        predictions.subject_id,
        ---------- strings
        model_runs.model,
        predictions.measure,
        predictions.subject_kind,
        predictions.currency,
        model_runs.confidence,
        predictions.reasons,
        ---------- numerics
        predictions.middle,
        predictions.low_80,
        predictions.high_80,
        predictions.low_95,
        predictions.high_95,
        predictions.rank,
        ---------- booleans
        model_runs.is_latest,
        ---------- dates
        predictions.target_date,
        model_runs.as_of_date,
        ---------- timestamps, UTC
        model_runs.made_at
    from predictions
    inner join model_runs on predictions.model_run_id = model_runs.model_run_id
)
select * from joined
