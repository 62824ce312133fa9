{# One row per defect: a finding, or a reason why a line of a file was quarantined. #}
with
findings as (
    select * from {{ ref('stg_ledger__findings') }}
),
orders as (
    select * from {{ ref('stg_ledger__orders') }}
),
quarantine as (
    select
        *,
        unnest(reasons) as reason,
        generate_subscripts(reasons, 1) as reason_number
    from {{ ref('stg_ledger__quarantine') }}
),
files as (
    select * from {{ ref('stg_ledger__files') }}
),
united as (
    select
        ---------- ids
        'finding:' || findings.finding_id as data_quality_id,
        findings.order_id,
        findings.draft_id,
        orders.file_id,
        orders.external_id,
        findings.run_id,
        ---------- strings
        'finding' as origin,
        orders.source,
        findings.stage,
        findings.code,
        findings.place,
        findings.message,
        orders.status,
        ---------- numerics
        orders.first_line as file_line,
        ---------- timestamps, UTC
        findings.found_at
    from findings
    left join orders on findings.order_id = orders.order_id
    union all
    select
        ---------- ids
        'quarantine:' || quarantine.quarantine_id || '/' || quarantine.reason_number
            as data_quality_id,
        null as order_id,
        null as draft_id,
        quarantine.file_id,
        quarantine.external_id,
        files.run_id,
        ---------- strings
        'quarantine' as origin,
        files.source,
        'intake' as stage, -- noqa: RF04
        'quarantined' as code,
        'line ' || quarantine.file_line as place,
        quarantine.reason as message,
        quarantine.status,
        ---------- numerics
        quarantine.file_line,
        ---------- timestamps, UTC
        quarantine.quarantined_at as found_at
    from quarantine
    left join files on quarantine.file_id = files.file_id
)
select * from united
