{# One row per letter about overdue invoices. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'dunning_notices') }}
),
renamed as (
    select
        ---------- ids
        id as notice_id,
        customer_id,
        outbox_id,
        run_id,
        ---------- strings
        currency,
        tone,
        actor,
        ---------- numerics
        level,
        {{ major_units('open_minor', 'currency') }} as open_amount,
        {{ major_units('interest_minor', 'currency') }} as interest_amount,
        {{ major_units('lump_sum_minor', 'currency') }} as lump_sum_amount,
        {{ major_units('fee_minor', 'currency') }} as fee_amount,
        {{ major_units('earlier_minor', 'currency') }} as earlier_amount,
        {{ major_units('credit_minor', 'currency') }} as credit_amount,
        {{ major_units('total_minor', 'currency') }} as total_amount,
        ---------- dates
        notice_date,
        pay_by_date,
        ---------- timestamps, UTC
        created_at as sent_at
    from source
)
select * from renamed
