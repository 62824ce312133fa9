{#
    One row per movement of money on an account: in, or out. Renames and casts only;
    minor units become major units.
#}
with
source as (
    select * from {{ source('ledger', 'payments') }}
),
renamed as (
    select
        ---------- ids
        id as payment_id,
        reference as payment_reference,
        reverses as reversed_reference,
        customer_id as stated_customer_id,
        file_id,
        run_id,
        ---------- strings
        source,
        kind,
        currency,
        payer as payer_name,
        payer_account,
        remittance,
        ---------- numerics
        line as file_line,
        {{ major_units('amount_minor', 'currency') }} as amount,
        {{ major_units('fee_minor', 'currency') }} as fee_amount,
        amount_minor,
        ---------- dates
        value_date,
        ---------- timestamps, UTC
        created_at as landed_at
    from source
)
select * from renamed
