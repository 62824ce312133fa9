{# Of every subject that was judged, one verdict is the last: that decided last. #}
with
verdicts as (
    select * from {{ ref('fct_anomaly_verdicts') }}
),
judged as (
    select
        subject_kind,
        subject_id,
        max(anomaly_verdict_id) as anomaly_verdict_id
    from {{ ref('stg_ledger__anomaly_verdicts') }}
    group by subject_kind, subject_id
),
last_words as (
    select anomaly_verdict_id as last_id
    from verdicts
    where is_latest
)
select
    last_words.last_id,
    judged.anomaly_verdict_id
from last_words
full join judged on last_words.last_id = judged.anomaly_verdict_id
where last_words.last_id is null or judged.anomaly_verdict_id is null
