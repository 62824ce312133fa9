{# One row per draft with findings; doubts that a person has overruled are none. #}
with
findings as (
    select * from {{ ref('stg_ledger__findings') }}
),
summed as (
    select
        ---------- ids
        draft_id,
        ---------- numerics
        count(*) as finding_count
    from findings
    where draft_id is not null and stage <> 'review'
    group by draft_id
)
select * from summed
