{# One row per client of the seller. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'customers') }}
),
renamed as (
    select
        ---------- ids
        id as customer_id,
        ---------- strings
        name as customer_name,
        country,
        currency,
        tax_category,
        ---------- numerics
        terms_days,
        cast(tax_rate as decimal(9, 4)) as tax_rate_pct,
        ---------- timestamps, UTC
        first_seen_at,
        updated_at
    from source
)
select * from renamed
