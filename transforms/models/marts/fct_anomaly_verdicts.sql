{# One row per verdict of a person on an anomaly. #}
with
verdicts as (
    select * from {{ ref('stg_ledger__anomaly_verdicts') }}
),
placed as (
    select
        ---------- ids
        anomaly_verdict_id,
        subject_id,
        ---------- strings
        subject_kind,
        verdict,
        kind,
        reason,
        actor,
        ---------- booleans
        row_number() over (
            partition by subject_kind, subject_id
            order by anomaly_verdict_id desc
        ) = 1 as is_latest,
        ---------- timestamps, UTC
        decided_at
    from verdicts
)
select * from placed
