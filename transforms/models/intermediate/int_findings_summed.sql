{# One row per order with findings. #}
with
findings as (
    select * from {{ ref('stg_ledger__findings') }}
),
summed as (
    select
        ---------- ids
        order_id,
        ---------- strings
        string_agg(distinct code, ', ' order by code) as finding_codes,
        ---------- numerics
        count(*) as finding_count
    from findings
    where order_id is not null
    group by order_id
)
select * from summed
