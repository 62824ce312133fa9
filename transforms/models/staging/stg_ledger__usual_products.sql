{# One row per product and currency that enough is known of. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'usual_products') }}
),
renamed as (
    select
        ---------- ids
        product_id,
        ---------- strings
        currency,
        ---------- numerics
        line_count,
        price as usual_price,
        low_price,
        top_price,
        quantity as usual_quantity,
        ---------- timestamps, UTC
        read_at
    from source
)
select * from renamed
