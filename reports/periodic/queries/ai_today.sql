-- Requests to the model of the last 30 days and the 30 before: how many, how many answered, what they cost.
select coalesce(sum(call_count) filter (where hour_at >= made_date - 30), 0) as calls,
    100.0 * sum(ok_count) filter (where hour_at >= made_date - 30)
        / nullif(sum(settled_count) filter (where hour_at >= made_date - 30), 0) as success_pct,
    sum(cost_amount) filter (where hour_at >= made_date - 30) as cost_amount,
    100.0 * sum(proved_draft_count) filter (where hour_at >= made_date - 30)
        / nullif(sum(proved_draft_count + review_draft_count) filter (where hour_at >= made_date - 30), 0)
        as proved_pct
from kpi_ai_hourly, publish_info where hour_at >= made_date - 60
