{#
    One row per currency and kind of allocation, as the ledger itself sums its
    allocations. Renames and casts only; minor units become major units.
#}
with
source as (
    select * from {{ source('ledger', 'allocation_totals') }}
),
renamed as (
    select
        ---------- strings
        currency,
        kind,
        ---------- numerics
        allocations as allocation_count,
        {{ major_units('amount_minor', 'currency') }} as amount
    from source
)
select * from renamed
