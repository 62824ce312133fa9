{# Of each file: rows in = accepted + duplicate + quarantined. #}
with
files as (
    select * from {{ ref('fct_intake') }}
),
broken as (
    select
        file_id,
        file_name,
        rows_in,
        rows_accepted,
        rows_duplicate,
        rows_quarantined
    from files
    where rows_in <> rows_accepted + rows_duplicate + rows_quarantined
)
select * from broken
