{# One row per draft of an invoice: who made it, what it took, what became of it. #}
with
drafts as (
    select * from {{ ref('stg_ledger__drafts') }}
),
orders as (
    select * from {{ ref('stg_ledger__orders') }}
),
order_drafts as (
    select * from {{ ref('int_drafts_summed') }}
),
ai_calls as (
    select * from {{ ref('int_draft_ai_calls_summed') }}
),
answers as (
    select * from {{ ref('int_ai_answers_placed') }}
),
findings as (
    select * from {{ ref('int_draft_findings_summed') }}
),
invoices as (
    select * from {{ ref('stg_ledger__invoices') }}
),
joined as (
    select
        ---------- ids
        drafts.draft_id,
        drafts.order_id,
        invoices.invoice_id,
        drafts.run_id,
        drafts.answer_sha256,
        ---------- strings
        drafts.drafter,
        coalesce(ai_calls.last_endpoint, answers.endpoint) as endpoint,
        -- a draft without an answer names none itself; MODEL is a word of other SQLs
        coalesce(drafts.model, ai_calls.last_model) as model, -- noqa: RF04
        coalesce(drafts.prompt_version, ai_calls.last_prompt_version) as prompt_version,
        drafts.outcome,
        ---------- numerics
        drafts.reasks as reask_count,
        coalesce(findings.finding_count, 0) as finding_count,
        coalesce(ai_calls.ai_call_count, 0) as ai_call_count,
        coalesce(ai_calls.ai_failed_call_count, 0) as ai_failed_call_count,
        coalesce(ai_calls.ai_unpriced_call_count, 0) as ai_unpriced_call_count,
        cast(coalesce(ai_calls.prompt_tokens, 0) as bigint) as prompt_tokens,
        cast(coalesce(ai_calls.completion_tokens, 0) as bigint) as completion_tokens,
        cast(
            if(ai_calls.draft_id is null, 0, ai_calls.ai_cost_amount) as decimal(18, 6)
        ) as ai_cost_amount,
        date_diff('millisecond', orders.received_at, drafts.drafted_at)
            as drafted_after_ms,
        ---------- booleans
        drafts.outcome = 'proved' as is_proved,
        invoices.invoice_id is not null as is_issued,
        coalesce(order_drafts.last_person_draft_id > drafts.draft_id, false)
            as is_decided_by_person,
        -- a proved draft keeps its content once a person replaces it: without, the same
        coalesce(order_drafts.last_person_draft_id > drafts.draft_id, false)
        and coalesce(
            drafts.content_sha256 <> order_drafts.last_person_content_sha256,
            drafts.outcome = 'refused'
        ) as is_changed_by_person,
        ---------- timestamps, UTC
        drafts.drafted_at
    from drafts
    inner join orders on drafts.order_id = orders.order_id
    inner join order_drafts on drafts.order_id = order_drafts.order_id
    left join ai_calls on drafts.draft_id = ai_calls.draft_id
    left join answers
        on
            drafts.answer_sha256 = answers.answer_sha256
            and drafts.model = answers.model
    left join findings on drafts.draft_id = findings.draft_id
    left join invoices on drafts.draft_id = invoices.draft_id
)
select * from joined
