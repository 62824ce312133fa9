{# One row per finding: why an order, a draft or a landed row is not proved. #}
with
findings as (
    select * from {{ ref('stg_ledger__findings') }}
),
selected as (
    select
        ---------- ids
        finding_id,
        order_id,
        draft_id,
        run_id,
        ---------- strings
        stage,
        code,
        place,
        message,
        ---------- timestamps, UTC
        found_at
    from findings
)
select * from selected
