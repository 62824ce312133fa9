{# One row per day or run that asked the model. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'ai_spending') }}
),
renamed as (
    select
        ---------- ids
        scope as spending_scope,
        ---------- numerics
        tokens,
        cast(cost_micros as decimal(18, 0)) * 0.000001 as cost_amount,
        ---------- timestamps, UTC
        updated_at
    from source
)
select * from renamed
