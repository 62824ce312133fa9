{# One row per run of a model. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'model_runs') }}
),
renamed as (
    select
        ---------- ids
        id as model_run_id,
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
        ---------- dates
        as_of_date,
        window_first_date,
        ---------- timestamps, UTC
        made_at
    from source
)
select * from renamed
