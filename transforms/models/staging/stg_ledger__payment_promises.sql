{#
    One row per promise to pay. Renames and casts only; the currency is the invoice's.
#}
with
source as (
    select * from {{ source('ledger', 'payment_promises') }}
),
invoices as (
    select
        id as invoice_id,
        currency
    from {{ source('ledger', 'invoices') }}
),
with_currency as (
    select
        source.*,
        invoices.currency
    from source
    inner join invoices on source.invoice_id = invoices.invoice_id
),
renamed as (
    select
        ---------- ids
        id as promise_id,
        invoice_id,
        ---------- strings
        currency,
        note,
        actor,
        ---------- numerics
        {{ major_units('amount_minor', 'currency') }} as promised_amount,
        {{ major_units('open_minor', 'currency') }} as open_amount,
        ---------- dates
        due_date,
        ---------- timestamps, UTC
        created_at as promised_at
    from with_currency
)
select * from renamed
