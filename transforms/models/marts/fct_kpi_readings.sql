{# One row per KPI, currency and publish that it was read from, with what was told. #}
with
readings as (
    select * from {{ ref('stg_ledger__kpi_readings') }}
),
outbox as (
    select * from {{ ref('stg_ledger__outbox') }}
),
joined as (
    select
        ---------- ids
        readings.kpi_reading_id,
        readings.publish_id,
        readings.outbox_id,
        readings.run_id,
        ---------- strings
        readings.kpi,
        readings.currency,
        readings.state,
        readings.sentence,
        outbox.event as told_event,
        ---------- numerics
        readings.kpi_value,
        readings.data_count,
        readings.level_value,
        readings.warning_level,
        readings.critical_level,
        ---------- booleans
        readings.kpi_reading_id = max(readings.kpi_reading_id) over (
            partition by readings.kpi, readings.currency
        ) as is_latest,
        ---------- dates
        readings.first_date,
        readings.last_date,
        ---------- timestamps, UTC
        readings.read_at
    from readings
    left join outbox on readings.outbox_id = outbox.event_id
)
select * from joined
