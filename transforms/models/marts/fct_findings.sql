{# One row per finding: why an order, a draft or a landed row is not proved. #}
with
findings as (
    select * from {{ ref('stg_ledger__findings') }}
)
select * from findings
