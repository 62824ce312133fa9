{# No join lost or doubled a row: each mart has as many as the snapshot copied. #}
with
copied as (
    select * from {{ ref('publish_rows') }}
),
marts as (
    select
        'orders' as table_name,
        count(*) as row_count
    from {{ ref('fct_orders') }}
    union all
    select
        'invoices' as table_name,
        count(*) as row_count
    from {{ ref('fct_invoices') }}
    union all
    select
        'ai_calls' as table_name,
        count(*) as row_count
    from {{ ref('fct_ai_calls') }}
    union all
    select
        'drafts' as table_name,
        count(*) as row_count
    from {{ ref('fct_drafts') }}
    union all
    select
        'files' as table_name,
        count(*) as row_count
    from {{ ref('fct_intake') }}
    union all
    select
        'findings' as table_name,
        count(*) as row_count
    from {{ ref('fct_findings') }}
    union all
    select
        'payments' as table_name,
        count(*) as row_count
    from {{ ref('fct_payments') }}
    union all
    select
        'allocations' as table_name,
        count(*) as row_count
    from {{ ref('fct_allocations') }}
    union all
    select
        'dunned_invoices' as table_name,
        count(*) as row_count
    from {{ ref('fct_dunning') }}
),
differing as (
    select
        copied.table_name,
        copied.row_count as copied_rows,
        marts.row_count as mart_rows
    from copied
    inner join marts on copied.table_name = marts.table_name
    where copied.row_count <> marts.row_count
)
select * from differing
