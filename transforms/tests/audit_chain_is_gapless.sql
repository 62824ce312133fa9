{# Entries run from 1 to the head, each once. `fakturo audit verify` checks the hashes. #}
with
entries as (
    select
        count(*) as entry_count,
        coalesce(max(audit_seq), 0) as highest
    from {{ ref('stg_ledger__audit') }}
),
heads as (
    select * from {{ ref('stg_ledger__audit_heads') }}
),
broken as (
    select
        entries.entry_count,
        entries.highest,
        heads.audit_seq
    from entries
    cross join heads
    where
        entries.entry_count <> heads.audit_seq
        or entries.highest <> heads.audit_seq
)
select * from broken
