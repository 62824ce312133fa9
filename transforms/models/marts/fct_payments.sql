{#
    One row per movement of money on an account.
    amount = allocated_amount + refunded_amount + unallocated_amount, always: what is put
    nowhere is the payer's credit or waits for a person.
#}
with
payments as (
    select * from {{ ref('stg_ledger__payments') }}
),
allocated as (
    select * from {{ ref('int_payments_allocated') }}
),
customers as (
    select * from {{ ref('stg_ledger__customers') }}
),
joined as (
    select
        ---------- ids
        payments.payment_id,
        payments.payment_reference,
        payments.reversed_reference,
        coalesce(customers.customer_id, allocated.customer_id) as customer_id,
        payments.stated_customer_id,
        payments.file_id,
        payments.run_id,
        ---------- strings
        payments.source,
        payments.kind,
        payments.currency,
        case
            when customers.customer_id is not null then 'source'
            when allocated.customer_id is not null then 'allocation'
        end as customer_known_by,
        payments.payer_name,
        payments.payer_account,
        payments.remittance,
        ---------- numerics
        payments.file_line,
        payments.amount,
        payments.fee_amount,
        cast(coalesce(allocated.allocated_amount, 0) as decimal(18, 4))
            as allocated_amount,
        cast(coalesce(allocated.refunded_amount, 0) as decimal(18, 4)) as refunded_amount,
        cast(
            payments.amount
            - coalesce(allocated.allocated_amount, 0)
            - coalesce(allocated.refunded_amount, 0) as decimal(18, 4)
        ) as unallocated_amount,
        coalesce(allocated.invoice_count, 0) as invoice_count,
        ---------- dates
        payments.value_date,
        ---------- timestamps, UTC
        payments.landed_at
    from payments
    left join allocated on payments.payment_id = allocated.payment_id
    left join customers on payments.stated_customer_id = customers.customer_id
)
select * from joined
