{# One row per KPI, currency and publish that it was read from. Renames and casts only. #}
with
source as (
    select * from {{ source('ledger', 'kpi_readings') }}
),
renamed as (
    select
        ---------- ids
        id as kpi_reading_id,
        publish_id,
        outbox_id,
        run_id,
        ---------- strings
        kpi,
        nullif(currency, '') as currency,
        state,
        sentence,
        ---------- numerics
        value as kpi_value,
        n as data_count,
        level as level_value,
        warning_level,
        critical_level,
        ---------- dates
        first_date,
        last_date,
        ---------- timestamps, UTC
        read_at
    from source
)
select * from renamed
