-- What an AI-drafted invoice costs, by month: its own requests, and all that were made.
select
    cast(date_trunc('month', received_at) as date) as received_month,
    count(*) as order_count,
    count(*) filter (where is_invoiced) as invoice_count,
    sum(ai_cost_amount) as cost_amount,
    sum(ai_cost_amount) filter (where not is_invoiced) as not_invoiced_cost_amount,
    median(ai_cost_amount) filter (where is_invoiced) as median_cost_per_invoice,
    cast(
        sum(ai_cost_amount) filter (where is_invoiced)
        / nullif(count(*) filter (where is_invoiced), 0) as decimal(18, 6)
    ) as cost_per_invoice,
    cast(
        sum(ai_cost_amount) / nullif(count(*) filter (where is_invoiced), 0)
        as decimal(18, 6)
    ) as full_cost_per_invoice,
    sum(ai_unpriced_call_count) as unpriced_call_count
from fct_orders
where ai_call_count > 0 or model_draft_count > 0
group by received_month
order by received_month
