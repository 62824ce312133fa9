{# One row per order received. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'orders') }}
),
renamed as (
    select
        ---------- ids
        id as order_id,
        external_id,
        customer_id,
        file_id,
        conflict_of as conflict_of_order_id,
        cancels as cancels_external_id,
        po_number,
        run_id,
        content_sha256,
        ---------- strings
        source,
        kind,
        lane,
        status,
        status_reason,
        currency,
        ---------- numerics
        line_count,
        first_line,
        attempts,
        parks,
        ---------- dates
        ordered_on as ordered_date,
        ---------- timestamps, UTC
        received_at,
        updated_at,
        not_before as not_before_at,
        leased_until as leased_until_at,
        ---------- structures
        content
    from source
)
select * from renamed
