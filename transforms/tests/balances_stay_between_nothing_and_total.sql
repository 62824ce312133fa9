{#
    On no day is an invoice settled beyond its total or below nothing, its periods follow each
    other without a gap, and the last one is what is open now. No credit note is used beyond
    its total.
#}
with
invoices as (
    select * from {{ ref('fct_invoices') }}
),
balances as (
    select
        *,
        lag(valid_to_date) over by_invoice as period_before_to_date,
        row_number() over by_invoice as period_number
    from {{ ref('fct_invoice_balances') }}
    window by_invoice as (partition by invoice_id order by valid_from_date)
),
broken as (
    select
        invoices.invoice_number,
        invoices.kind,
        invoices.total_amount,
        invoices.open_amount,
        balances.balance_amount,
        balances.valid_from_date
    from invoices
    left join balances on invoices.invoice_id = balances.invoice_id
    where
        invoices.open_amount not between 0 and invoices.total_amount
        or balances.balance_amount not between 0 and invoices.total_amount
        or (balances.is_current and balances.balance_amount <> invoices.open_amount)
        or (
            balances.period_number = 1
            and balances.valid_from_date <> invoices.issue_date
        )
        or (
            balances.period_number > 1
            and balances.valid_from_date
            is distinct from balances.period_before_to_date
        )
        or (invoices.kind = 'invoice') <> (balances.invoice_id is not null)
)
select * from broken
