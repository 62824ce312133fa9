{#
    Money conserves: of each payment, what stands on invoices, what was paid back and what is
    put nowhere are its amount, and no more is put anywhere than there is.
#}
with
payments as (
    select * from {{ ref('fct_payments') }}
),
allocations as (
    select
        payment_id,
        sum(amount) as used_amount
    from {{ ref('stg_ledger__allocations') }}
    where payment_id is not null and kind in ('payment', 'refund')
    group by payment_id
),
broken as (
    select
        payments.payment_id,
        payments.amount,
        payments.allocated_amount,
        payments.refunded_amount,
        payments.unallocated_amount,
        allocations.used_amount
    from payments
    left join allocations on payments.payment_id = allocations.payment_id
    where
        payments.amount
        <> coalesce(allocations.used_amount, 0) + payments.unallocated_amount
        or payments.amount
        <> payments.allocated_amount
        + payments.refunded_amount
        + payments.unallocated_amount
        or payments.unallocated_amount
        not between least(payments.amount, 0) and greatest(payments.amount, 0)
)
select * from broken
