{#
    One row per posting that settles an invoice, uses up a payment or credit note, or
    takes that back. Renames and casts only; minor units become major units.
#}
with
source as (
    select * from {{ source('ledger', 'allocations') }}
),
renamed as (
    select
        ---------- ids
        id as allocation_id,
        payment_id,
        credit_note_id,
        invoice_id,
        run_id,
        ---------- strings
        kind,
        currency,
        rule,
        reason,
        actor,
        ---------- numerics
        {{ major_units('amount_minor', 'currency') }} as amount,
        amount_minor,
        ---------- dates
        effective_on as effective_date,
        ---------- timestamps, UTC
        recorded_at
    from source
)
select * from renamed
