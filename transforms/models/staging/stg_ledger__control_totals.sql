{#
    One row per currency and kind, as the ledger itself sums its invoices.
    Renames and casts only; minor units become major units.
#}
with
source as (
    select * from {{ source('ledger', 'control_totals') }}
),
renamed as (
    select
        ---------- strings
        currency,
        kind,
        ---------- numerics
        invoices as invoice_count,
        {{ major_units('net_minor', 'currency') }} as net_amount,
        {{ major_units('tax_minor', 'currency') }} as tax_amount,
        {{ major_units('total_minor', 'currency') }} as total_amount
    from source
)
select * from renamed
