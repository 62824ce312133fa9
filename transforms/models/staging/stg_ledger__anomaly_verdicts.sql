{# One row per verdict on an anomaly. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'anomaly_verdicts') }}
),
renamed as (
    select
        ---------- ids
        id as anomaly_verdict_id,
        subject_id,
        ---------- strings
        subject_kind,
        verdict,
        kind,
        reason,
        actor,
        ---------- timestamps, UTC
        decided_at
    from source
)
select * from renamed
