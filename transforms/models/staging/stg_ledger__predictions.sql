{# One row per number that a run of a model predicted. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'predictions') }}
),
renamed as (
    select
        ---------- ids
        id as prediction_id,
        model_run_id,
        subject_id,
        ---------- strings
        measure,
        subject_kind,
        currency,
        reasons,
        ---------- numerics
        middle,
        low_80,
        high_80,
        low_95,
        high_95,
        place as rank,
        ---------- dates
        target_date
    from source
)
select * from renamed
