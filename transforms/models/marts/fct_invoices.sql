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
joined as (
    select
        ---------- ids
        invoices.invoice_id,
        invoices.invoice_number,
        invoices.order_id,
        invoices.draft_id,
        invoices.customer_id,
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
        documents.pages as document_pages,
        coalesce(ai_calls.ai_call_count, 0) as ai_call_count,
        coalesce(ai_calls.ai_unpriced_call_count, 0) as ai_unpriced_call_count,
        cast(
            if(ai_calls.order_id is null, 0, ai_calls.ai_cost_amount) as decimal(18, 6)
        ) as ai_cost_amount,
        ---------- booleans
        coalesce(invoices.content.seller.specimen, false) as is_specimen,
        documents.document_id is not null as is_rendered,
        ---------- dates
        invoices.issue_date,
        invoices.due_date,
        invoices.tax_point_date,
        ---------- timestamps, UTC
        invoices.issued_at,
        documents.rendered_at
    from invoices
    left join documents on invoices.invoice_id = documents.invoice_id
    left join drafts on invoices.draft_id = drafts.draft_id
    left join ai_calls on invoices.order_id = ai_calls.order_id
)
select * from joined
