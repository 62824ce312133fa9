{# What runs left, over all runs, is what the copied tables hold with a run. #}
with
runs as (
    select * from {{ ref('fct_runs') }}
),
summed as (
    select
        coalesce(sum(file_count), 0) as file_count,
        coalesce(sum(draft_count), 0) as draft_count,
        coalesce(sum(finding_count), 0) as finding_count,
        coalesce(sum(invoice_count), 0) as invoice_count,
        coalesce(sum(document_count), 0) as document_count,
        coalesce(sum(payment_count), 0) as payment_count,
        coalesce(sum(allocation_count), 0) as allocation_count,
        coalesce(sum(delivery_attempt_count), 0) as delivery_attempt_count,
        coalesce(sum(ai_call_count), 0) as ai_call_count
    from runs
),
copied as (
    select
        (select count(run_id) from {{ source('ledger', 'files') }}) as file_count,
        (select count(run_id) from {{ source('ledger', 'drafts') }}) as draft_count,
        (select count(run_id) from {{ source('ledger', 'findings') }}) as finding_count,
        (select count(run_id) from {{ source('ledger', 'invoices') }}) as invoice_count,
        (select count(run_id) from {{ source('ledger', 'documents') }}) as document_count,
        (select count(run_id) from {{ source('ledger', 'payments') }}) as payment_count,
        (select count(run_id) from {{ source('ledger', 'allocations') }})
            as allocation_count,
        (select count(run_id) from {{ source('ledger', 'delivery_log') }})
            as delivery_attempt_count,
        (select count(run_id) from {{ source('ledger', 'ai_calls') }}) as ai_call_count
),
differing as (
    select * from summed
    except
    select * from copied
)
select * from differing
