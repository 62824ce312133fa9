{#
    Requests and what they cost, to the millionth, whichever way they are summed: by request,
    by hour, and by invoice plus what was spent without one. Nothing spent is in no sum.
#}
with
ledger_calls as (
    select
        count(*) as call_count,
        coalesce(sum(cost_micros), 0) as cost_micros
    from {{ ref('stg_ledger__ai_calls') }}
),
ai_calls as (
    select * from {{ ref('fct_ai_calls') }}
),
orders as (
    select * from {{ ref('fct_orders') }}
),
places as (
    select
        'requests' as place,
        1 as call_count,
        cost_amount
    from ai_calls
    union all
    select
        'hours' as place,
        call_count,
        cost_amount
    from {{ ref('kpi_ai_hourly') }}
    union all
    select
        'invoices' as place,
        ai_call_count as call_count,
        ai_cost_amount as cost_amount
    from {{ ref('fct_invoices') }}
    union all
    select
        'invoices' as place,
        ai_call_count as call_count,
        ai_cost_amount as cost_amount
    from orders
    where not is_invoiced
    union all
    select
        'invoices' as place,
        1 as call_count,
        cost_amount
    from ai_calls
    where order_id is null
    union all
    select
        'drafts' as place,
        ai_call_count as call_count,
        ai_cost_amount as cost_amount
    from {{ ref('fct_drafts') }}
    union all
    select
        'drafts' as place,
        1 as call_count,
        cost_amount
    from ai_calls
    where draft_id is null
),
summed as (
    select
        place,
        sum(call_count) as call_count,
        coalesce(sum(cost_amount), 0) as cost_amount
    from places
    group by place
),
differing as (
    select
        summed.place,
        summed.call_count,
        ledger_calls.call_count as ledger_call_count,
        summed.cost_amount,
        ledger_calls.cost_micros as ledger_cost_micros
    from summed
    cross join ledger_calls
    where
        summed.call_count <> ledger_calls.call_count
        or summed.cost_amount * 1000000 <> ledger_calls.cost_micros
)
select * from differing
