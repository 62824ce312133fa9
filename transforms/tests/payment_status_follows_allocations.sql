{#
    What the ledger keeps as payment status is what the allocations come to. Invoices over
    nothing are left out: they are settled when they are issued.
#}
with
invoices as (
    select
        *,
        case
            when open_amount = 0 and written_off_amount > 0 then 'written_off'
            when open_amount = 0 then 'paid'
            when open_amount < total_amount then 'partial'
            else 'open'
        end as expected_payment_status
    from {{ ref('fct_invoices') }}
),
differing as (
    select
        invoice_number,
        payment_status,
        expected_payment_status,
        open_amount,
        total_amount
    from invoices
    where total_amount > 0 and payment_status <> expected_payment_status
)
select * from differing
