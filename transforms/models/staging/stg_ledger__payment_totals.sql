{#
    One row per currency and kind of payment, as the ledger itself sums its payments.
    Renames and casts only; minor units become major units.
#}
with
source as (
    select * from {{ source('ledger', 'payment_totals') }}
),
renamed as (
    select
        ---------- strings
        currency,
        kind,
        ---------- numerics
        payments as payment_count,
        {{ major_units('amount_minor', 'currency') }} as amount,
        {{ major_units('fee_minor', 'currency') }} as fee_amount
    from source
)
select * from renamed
