{# One row per order received, with what became of it. #}
with
orders as (
    select * from {{ ref('stg_ledger__orders') }}
),
drafts as (
    select * from {{ ref('int_drafts_summed') }}
),
ai_calls as (
    select * from {{ ref('int_ai_calls_summed') }}
),
findings as (
    select * from {{ ref('int_findings_summed') }}
),
invoices as (
    select * from {{ ref('fct_invoices') }}
),
delivered as (
    select * from {{ ref('int_invoices_delivered') }}
),
joined as (
    select
        ---------- ids
        orders.order_id,
        orders.external_id,
        orders.customer_id,
        orders.file_id,
        orders.conflict_of_order_id,
        orders.cancels_external_id,
        orders.po_number,
        orders.run_id,
        invoices.invoice_id,
        invoices.invoice_number,
        ---------- strings
        orders.source,
        orders.kind,
        orders.lane,
        orders.status,
        orders.status_reason,
        case
            when invoices.payment_days is not null then 'paid'
            when delivered.first_delivered_at is not null then 'delivered'
            when invoices.invoice_id is not null then 'issued'
            when drafts.order_id is not null then 'drafted'
            else 'received'
        end as funnel_stage,
        orders.currency,
        drafts.last_drafter,
        findings.finding_codes,
        ---------- numerics
        orders.line_count,
        orders.attempts,
        orders.parks,
        coalesce(drafts.draft_count, 0) as draft_count,
        coalesce(drafts.model_draft_count, 0) as model_draft_count,
        cast(coalesce(drafts.reask_count, 0) as bigint) as reask_count,
        coalesce(findings.finding_count, 0) as finding_count,
        coalesce(ai_calls.ai_call_count, 0) as ai_call_count,
        coalesce(ai_calls.ai_failed_call_count, 0) as ai_failed_call_count,
        coalesce(ai_calls.ai_unpriced_call_count, 0) as ai_unpriced_call_count,
        cast(
            if(ai_calls.order_id is null, 0, ai_calls.ai_cost_amount) as decimal(18, 6)
        ) as ai_cost_amount,
        invoices.net_amount as invoiced_net_amount,
        invoices.total_amount as invoiced_total_amount,
        date_diff('millisecond', orders.received_at, invoices.issued_at)
            as issued_after_ms,
        date_diff('millisecond', orders.received_at, drafts.first_drafted_at)
            as drafted_after_ms,
        date_diff('millisecond', orders.received_at, delivered.first_delivered_at)
            as delivered_after_ms,
        invoices.payment_days as paid_after_days,
        if(
            invoices.payment_days is not null,
            invoices.settled_date - orders.ordered_date, null
        ) as order_to_cash_days,
        ---------- booleans
        orders.conflict_of_order_id is not null as is_conflict,
        invoices.invoice_id is not null as is_invoiced,
        ---------- dates
        orders.ordered_date,
        if(invoices.payment_days is not null, invoices.settled_date, null) as paid_date,
        ---------- timestamps, UTC
        orders.received_at,
        drafts.first_drafted_at,
        invoices.issued_at,
        delivered.first_delivered_at,
        orders.updated_at
    from orders
    left join drafts on orders.order_id = drafts.order_id
    left join ai_calls on orders.order_id = ai_calls.order_id
    left join findings on orders.order_id = findings.order_id
    left join invoices on orders.order_id = invoices.order_id
    left join delivered on invoices.invoice_number = delivered.invoice_number
)
select * from joined
