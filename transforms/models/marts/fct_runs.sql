{#
    One row per flow run that left something in the ledger. A run's duration here is from its
    first to its last row; Prefect knows when its process began and ended.
#}
with
traces as (
    select * from {{ ref('int_runs_traced') }}
),
summed as (
    select
        ---------- ids
        run_id,
        ---------- numerics
        cast(
            coalesce(sum(row_count) filter (where kind = 'file'), 0) as bigint
        ) as file_count,
        cast(
            coalesce(sum(row_count) filter (where kind = 'draft'), 0) as bigint
        ) as draft_count,
        cast(
            coalesce(sum(row_count) filter (where kind = 'finding'), 0) as bigint
        ) as finding_count,
        cast(
            coalesce(sum(row_count) filter (where kind = 'invoice'), 0) as bigint
        ) as invoice_count,
        cast(
            coalesce(sum(row_count) filter (where kind = 'document'), 0) as bigint
        ) as document_count,
        cast(
            coalesce(sum(row_count) filter (where kind = 'payment'), 0) as bigint
        ) as payment_count,
        cast(
            coalesce(sum(row_count) filter (where kind = 'allocation'), 0) as bigint
        ) as allocation_count,
        cast(
            coalesce(sum(row_count) filter (where kind = 'letter'), 0) as bigint
        ) as letter_count,
        cast(
            coalesce(sum(row_count) filter (where kind = 'delivery'), 0) as bigint
        ) as delivery_attempt_count,
        cast(
            coalesce(sum(row_count) filter (where kind = 'model_run'), 0) as bigint
        ) as model_run_count,
        cast(
            coalesce(sum(row_count) filter (where kind = 'kpi_reading'), 0) as bigint
        ) as kpi_reading_count,
        cast(
            coalesce(sum(row_count) filter (where kind = 'ai_call'), 0) as bigint
        ) as ai_call_count,
        cast(
            if(count(*) filter (where kind = 'ai_call') = 0, 0, sum(cost_amount))
            as decimal(18, 6)
        ) as ai_cost_amount,
        date_diff('millisecond', min(first_at), max(last_at)) as duration_ms,
        ---------- timestamps, UTC
        min(first_at) as first_at,
        max(last_at) as last_at
    from traces
    group by run_id
)
select * from summed
