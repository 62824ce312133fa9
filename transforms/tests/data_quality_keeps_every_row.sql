{# Each finding and each reason of a quarantined line is there, and nothing else. #}
with
expected as (
    select
        'finding' as origin,
        count(*) as row_count
    from {{ ref('stg_ledger__findings') }}
    union all
    select
        'quarantine' as origin,
        coalesce(sum(len(reasons)), 0) as row_count
    from {{ ref('stg_ledger__quarantine') }}
),
found as (
    select
        origin,
        count(*) as row_count
    from {{ ref('fct_data_quality') }}
    group by origin
),
differing as (
    select
        expected.origin,
        expected.row_count as expected_count,
        found.row_count
    from expected
    left join found on expected.origin = found.origin
    where expected.row_count <> coalesce(found.row_count, 0)
)
select * from differing
