{# One row per invoice number whose issue a receiver was told of: when the first was. #}
with
events as (
    select * from {{ ref('stg_ledger__outbox') }}
    where event = 'invoice.issued'
),
deliveries as (
    select * from {{ ref('stg_ledger__deliveries') }}
    where status = 'delivered'
),
delivered as (
    select
        ---------- ids
        events.subject as invoice_number,
        ---------- timestamps, UTC
        min(deliveries.delivered_at) as first_delivered_at
    from deliveries
    inner join events on deliveries.outbox_id = events.event_id
    group by events.subject
)
select * from delivered
