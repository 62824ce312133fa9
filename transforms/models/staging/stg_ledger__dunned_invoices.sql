{#
    One row per letter and invoice in it. Renames and casts only; the currency is the
    letter's.
#}
with
source as (
    select * from {{ source('ledger', 'dunned_invoices') }}
),
notices as (
    select
        id as notice_id,
        currency
    from {{ source('ledger', 'dunning_notices') }}
),
with_currency as (
    select
        source.*,
        notices.currency
    from source
    inner join notices on source.notice_id = notices.notice_id
),
renamed as (
    select
        ---------- ids
        id as dunned_invoice_id,
        notice_id,
        invoice_id,
        ---------- strings
        currency,
        ---------- numerics
        level,
        days_overdue,
        {{ major_units('open_minor', 'currency') }} as open_amount,
        {{ major_units('interest_minor', 'currency') }} as interest_amount,
        {{ major_units('lump_sum_minor', 'currency') }} as lump_sum_amount,
        {{ major_units('fee_minor', 'currency') }} as fee_amount,
        {{ major_units('earlier_minor', 'currency') }} as earlier_amount
    from with_currency
)
select * from renamed
