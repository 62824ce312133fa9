{#
    Every event about a KPI belongs to one reading and every told reading to its event; a reading
    that is a warning or critical has a value and names its level, others name none.
#}
with
readings as (
    select * from {{ ref('fct_kpi_readings') }}
),
events as (
    select * from {{ ref('stg_ledger__outbox') }}
    where event in ('kpi.warning', 'kpi.critical', 'kpi.cleared')
),
told as (
    select
        readings.kpi_reading_id,
        events.event_id
    from events
    full join readings on events.event_id = readings.outbox_id
    where
        events.event_id is not null and readings.kpi_reading_id is null
        or readings.outbox_id is not null and events.event_id is null
        or readings.told_event = 'kpi.cleared' and readings.state <> 'ok'
        or readings.told_event in ('kpi.warning', 'kpi.critical')
        and readings.told_event <> 'kpi.' || readings.state
),
misjudged as (
    select
        kpi_reading_id,
        outbox_id
    from readings
    where
        state <> 'not_enough_data' and kpi_value is null
        or level_value is distinct from case state
            when 'warning' then warning_level
            when 'critical' then critical_level
        end
)
select * from told
union all
select * from misjudged
