{# Payments and allocations, by currency and kind, are what the ledger itself came to. #}
with
totals as (
    select
        'payments' as place,
        currency,
        kind,
        payment_count as row_count,
        amount,
        fee_amount
    from {{ ref('stg_ledger__payment_totals') }}
    union all
    select
        'allocations' as place,
        currency,
        kind,
        allocation_count as row_count,
        amount,
        0 as fee_amount
    from {{ ref('stg_ledger__allocation_totals') }}
),
marts as (
    select
        'payments' as place,
        currency,
        kind,
        count(*) as row_count,
        sum(amount) as amount,
        sum(fee_amount) as fee_amount
    from {{ ref('fct_payments') }}
    group by currency, kind
    union all
    select
        'allocations' as place,
        currency,
        kind,
        count(*) as row_count,
        sum(amount) as amount,
        0 as fee_amount
    from {{ ref('fct_allocations') }}
    group by currency, kind
),
differing as (
    select
        coalesce(totals.place, marts.place) as place,
        coalesce(totals.currency, marts.currency) as currency,
        coalesce(totals.kind, marts.kind) as kind,
        totals.row_count as ledger_row_count,
        marts.row_count as mart_row_count,
        totals.amount as ledger_amount,
        marts.amount as mart_amount
    from totals
    full outer join marts
        on
            totals.place = marts.place
            and totals.currency = marts.currency
            and totals.kind = marts.kind
    where
        totals.row_count is distinct from marts.row_count
        or totals.amount is distinct from marts.amount
        or totals.fee_amount is distinct from marts.fee_amount
)
select * from differing
