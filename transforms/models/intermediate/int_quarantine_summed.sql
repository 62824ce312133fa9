{# One row per file with quarantined lines. #}
with
quarantine as (
    select * from {{ ref('stg_ledger__quarantine') }}
),
summed as (
    select
        ---------- ids
        file_id,
        ---------- numerics
        count(*) as quarantine_count,
        count(*) filter (where status = 'open') as open_quarantine_count
    from quarantine
    group by file_id
)
select * from summed
