{# Expected cash is what is open of invoices, in a band that holds the expected day. #}
with
expected as (
    select * from {{ ref('fct_cash_expected') }}
),
invoices as (
    select * from {{ ref('fct_invoices') }}
    where kind = 'invoice'
),
differing as (
    select
        invoices.invoice_number,
        invoices.open_amount,
        expected.open_amount as expected_amount,
        expected.early_date,
        expected.expected_date,
        expected.late_date
    from invoices
    left join expected on invoices.invoice_id = expected.invoice_id
    where
        invoices.open_amount <> coalesce(expected.open_amount, 0)
        or expected.expected_date not between expected.early_date and expected.late_date
)
select * from differing
