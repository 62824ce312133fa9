{#
    One row per invoice that something settles, or credit note that is used: by what, all
    rows taken together, whatever their day.
#}
with
allocations as (
    select * from {{ ref('stg_ledger__allocations') }}
),
postings as (
    select
        invoice_id,
        kind,
        amount
    from allocations
    where invoice_id is not null
    union all
    select
        credit_note_id as invoice_id,
        'used' as kind,
        amount
    from allocations
    where credit_note_id is not null and kind = 'credit_note'
),
summed as (
    select
        ---------- ids
        invoice_id,
        ---------- numerics
        sum(amount) as settled_amount,
        coalesce(sum(amount) filter (where kind = 'payment'), 0) as paid_amount,
        coalesce(sum(amount) filter (where kind = 'credit_note'), 0) as credited_amount,
        coalesce(sum(amount) filter (where kind = 'discount'), 0) as discount_amount,
        coalesce(sum(amount) filter (where kind = 'fee'), 0) as fee_amount,
        coalesce(sum(amount) filter (where kind = 'write_off'), 0) as written_off_amount
    from postings
    group by invoice_id
)
select * from summed
