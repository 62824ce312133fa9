{# One row per issued invoice or credit note. #}
with
invoices as (
    select * from {{ ref('stg_ledger__invoices') }}
),
documents as (
    select * from {{ ref('stg_ledger__documents') }}
    where document_kind = 'pdf'
),
drafts as (
    select * from {{ ref('stg_ledger__drafts') }}
),
ai_calls as (
    select * from {{ ref('int_ai_calls_summed') }}
),
settled as (
    select * from {{ ref('int_invoices_settled') }}
),
balances as (
    select * from {{ ref('fct_invoice_balances') }}
    where is_current and balance_amount = 0
),
publishes as (
    select * from {{ ref('stg_ledger__publishes') }}
),
joined as (
    select
        ---------- ids
        invoices.invoice_id,
        invoices.invoice_number,
        invoices.order_id,
        invoices.draft_id,
        invoices.customer_id,
        invoices.corrects_invoice_id,
        invoices.run_id,
        invoices.content_sha256,
        ---------- strings
        invoices.series,
        invoices.kind,
        invoices.currency,
        invoices.status,
        invoices.payment_status,
        invoices.content.buyer.country as customer_country,
        documents.document_path,
        drafts.drafter,
        ---------- numerics
        invoices.seq,
        len(invoices.content.lines) as line_count,
        len(invoices.content.tax_groups) as tax_group_count,
        invoices.net_amount,
        invoices.tax_amount,
        invoices.total_amount,
        if(invoices.kind = 'credit_note', -invoices.net_amount, invoices.net_amount)
            as signed_net_amount,
        if(invoices.kind = 'credit_note', -invoices.total_amount, invoices.total_amount)
            as signed_total_amount,
        cast(coalesce(settled.paid_amount, 0) as decimal(18, 4)) as paid_amount,
        cast(coalesce(settled.credited_amount, 0) as decimal(18, 4)) as credited_amount,
        cast(coalesce(settled.discount_amount, 0) as decimal(18, 4)) as discount_amount,
        cast(coalesce(settled.fee_amount, 0) as decimal(18, 4)) as fee_amount,
        cast(coalesce(settled.written_off_amount, 0) as decimal(18, 4))
            as written_off_amount,
        cast(
            invoices.total_amount - coalesce(settled.settled_amount, 0) as decimal(18, 4)
        ) as open_amount,
        if(
            settled.paid_amount > 0 and settled.written_off_amount = 0,
            balances.valid_from_date - invoices.issue_date, null
        ) as payment_days,
        if(
            settled.paid_amount > 0 and settled.written_off_amount = 0,
            balances.valid_from_date - invoices.due_date, null
        ) as days_late,
        documents.pages as document_pages,
        coalesce(ai_calls.ai_call_count, 0) as ai_call_count,
        coalesce(ai_calls.ai_unpriced_call_count, 0) as ai_unpriced_call_count,
        cast(
            if(ai_calls.order_id is null, 0, ai_calls.ai_cost_amount) as decimal(18, 6)
        ) as ai_cost_amount,
        ---------- booleans
        coalesce(invoices.content.seller.specimen, false) as is_specimen,
        documents.document_id is not null as is_rendered,
        invoices.kind = 'invoice'
        and invoices.due_date < publishes.made_date
        and invoices.total_amount > coalesce(settled.settled_amount, 0) as is_overdue,
        ---------- dates
        invoices.issue_date,
        invoices.due_date,
        invoices.tax_point_date,
        balances.valid_from_date as settled_date,
        ---------- timestamps, UTC
        invoices.issued_at,
        documents.rendered_at
    from invoices
    left join documents on invoices.invoice_id = documents.invoice_id
    left join drafts on invoices.draft_id = drafts.draft_id
    left join ai_calls on invoices.order_id = ai_calls.order_id
    left join settled on invoices.invoice_id = settled.invoice_id
    left join balances on invoices.invoice_id = balances.invoice_id
    cross join publishes
)
select * from joined
