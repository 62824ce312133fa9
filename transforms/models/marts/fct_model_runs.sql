{# One row per run of a model on a publish. #}
with
model_runs as (
    select * from {{ ref('stg_ledger__model_runs') }}
),
placed as (
    select
        ---------- ids
        model_run_id,
        publish_id,
        run_id,
        features_sha256,
        artifact_sha256,
        ---------- strings
        model,
        version,
        state,
        confidence,
        message,
        baseline,
        scores,
        ---------- numerics
        trained_rows,
        ---------- booleans
        model_run_id = max(model_run_id) over (partition by model) as is_latest,
        ---------- dates
        as_of_date,
        window_first_date,
        ---------- timestamps, UTC
        made_at
    from model_runs
)
select * from placed
