{#
    A letter's invoices add up to the letter, a level of an invoice is sent once, and no letter asks for
    interest of less than nothing.
#}
with
notices as (
    select * from {{ ref('stg_ledger__dunning_notices') }}
),
dunned as (
    select
        notice_id,
        sum(open_amount) as open_amount,
        sum(interest_amount) as interest_amount,
        sum(lump_sum_amount) as lump_sum_amount,
        sum(fee_amount) as fee_amount,
        sum(earlier_amount) as earlier_amount,
        max(level) as highest_level,
        min(interest_amount) as least_interest_amount
    from {{ ref('fct_dunning') }}
    group by notice_id
),
twice as (
    select min(notice_id) as notice_id
    from {{ ref('fct_dunning') }}
    where level is not null
    group by invoice_id, level
    having count(*) > 1
),
broken as (
    select notices.notice_id
    from notices
    left join dunned on notices.notice_id = dunned.notice_id
    where
        dunned.notice_id is null
        or notices.open_amount <> dunned.open_amount
        or notices.interest_amount <> dunned.interest_amount
        or notices.lump_sum_amount <> dunned.lump_sum_amount
        or notices.fee_amount <> dunned.fee_amount
        or notices.earlier_amount <> dunned.earlier_amount
        or notices.level <> dunned.highest_level
        or dunned.least_interest_amount < 0
        or notices.total_amount <> (
            dunned.open_amount + dunned.interest_amount + dunned.lump_sum_amount
            + dunned.fee_amount + dunned.earlier_amount - notices.credit_amount
        )
    union all
    select notice_id from twice
)
select * from broken
