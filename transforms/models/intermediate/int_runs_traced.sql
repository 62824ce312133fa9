{# One row per flow run and kind of row that it wrote into the ledger. #}
with
traces as (
    select
        run_id,
        'file' as kind,
        count(*) as row_count,
        cast(null as decimal(38, 6)) as cost_amount,
        min(received_at) as first_at,
        max(received_at) as last_at
    from {{ ref('stg_ledger__files') }}
    where run_id is not null
    group by run_id
    union all
    select
        run_id,
        'draft' as kind,
        count(*) as row_count,
        cast(null as decimal(38, 6)) as cost_amount,
        min(drafted_at) as first_at,
        max(drafted_at) as last_at
    from {{ ref('stg_ledger__drafts') }}
    where run_id is not null
    group by run_id
    union all
    select
        run_id,
        'finding' as kind,
        count(*) as row_count,
        cast(null as decimal(38, 6)) as cost_amount,
        min(found_at) as first_at,
        max(found_at) as last_at
    from {{ ref('stg_ledger__findings') }}
    where run_id is not null
    group by run_id
    union all
    select
        run_id,
        'ai_call' as kind,
        count(*) as row_count,
        sum(cost_amount) as cost_amount,
        min(started_at) as first_at,
        max(started_at) as last_at
    from {{ ref('stg_ledger__ai_calls') }}
    where run_id is not null
    group by run_id
    union all
    select
        run_id,
        'invoice' as kind,
        count(*) as row_count,
        cast(null as decimal(38, 6)) as cost_amount,
        min(issued_at) as first_at,
        max(issued_at) as last_at
    from {{ ref('stg_ledger__invoices') }}
    where run_id is not null
    group by run_id
    union all
    select
        run_id,
        'document' as kind,
        count(*) as row_count,
        cast(null as decimal(38, 6)) as cost_amount,
        min(rendered_at) as first_at,
        max(rendered_at) as last_at
    from {{ ref('stg_ledger__documents') }}
    where run_id is not null
    group by run_id
    union all
    select
        run_id,
        'payment' as kind,
        count(*) as row_count,
        cast(null as decimal(38, 6)) as cost_amount,
        min(landed_at) as first_at,
        max(landed_at) as last_at
    from {{ ref('stg_ledger__payments') }}
    where run_id is not null
    group by run_id
    union all
    select
        run_id,
        'allocation' as kind,
        count(*) as row_count,
        cast(null as decimal(38, 6)) as cost_amount,
        min(recorded_at) as first_at,
        max(recorded_at) as last_at
    from {{ ref('stg_ledger__allocations') }}
    where run_id is not null
    group by run_id
    union all
    select
        run_id,
        'letter' as kind,
        count(*) as row_count,
        cast(null as decimal(38, 6)) as cost_amount,
        min(sent_at) as first_at,
        max(sent_at) as last_at
    from {{ ref('stg_ledger__dunning_notices') }}
    where run_id is not null
    group by run_id
    union all
    select
        run_id,
        'delivery' as kind,
        count(*) as row_count,
        cast(null as decimal(38, 6)) as cost_amount,
        min(started_at) as first_at,
        max(started_at) as last_at
    from {{ ref('stg_ledger__delivery_log') }}
    where run_id is not null
    group by run_id
    union all
    select
        run_id,
        'model_run' as kind,
        count(*) as row_count,
        cast(null as decimal(38, 6)) as cost_amount,
        min(made_at) as first_at,
        max(made_at) as last_at
    from {{ ref('stg_ledger__model_runs') }}
    where run_id is not null
    group by run_id
    union all
    select
        run_id,
        'kpi_reading' as kind,
        count(*) as row_count,
        cast(null as decimal(38, 6)) as cost_amount,
        min(read_at) as first_at,
        max(read_at) as last_at
    from {{ ref('stg_ledger__kpi_readings') }}
    where run_id is not null
    group by run_id
)
select * from traces
