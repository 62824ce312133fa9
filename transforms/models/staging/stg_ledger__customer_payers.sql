{#
    One row per account or name that is known to pay for a customer. Renames and casts
    only.
#}
with
source as (
    select * from {{ source('ledger', 'customer_payers') }}
),
renamed as (
    select
        ---------- ids
        customer_id,
        ---------- strings
        payer_key,
        learned_from,
        ---------- timestamps, UTC
        created_at as learned_at
    from source
)
select * from renamed
