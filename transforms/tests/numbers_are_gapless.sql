{# Each series runs from 1 to the number before the counter, every number once. #}
with
series as (
    select * from {{ ref('stg_ledger__series') }}
),
invoices as (
    select
        series,
        count(distinct seq) as number_count,
        count(*) as invoice_count,
        min(seq) as lowest,
        max(seq) as highest
    from {{ ref('fct_invoices') }}
    group by series
),
broken as (
    select
        series.series,
        series.next_seq,
        invoices.invoice_count,
        invoices.number_count,
        invoices.lowest,
        invoices.highest
    from series
    full outer join invoices on series.series = invoices.series
    where
        coalesce(invoices.invoice_count, 0) is distinct from series.next_seq - 1
        or coalesce(invoices.number_count, 0) is distinct from series.next_seq - 1
        or coalesce(invoices.lowest, 1) <> 1
        or coalesce(invoices.highest, 0) is distinct from series.next_seq - 1
)
select * from broken
