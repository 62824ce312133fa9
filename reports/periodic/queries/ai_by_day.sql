-- Requests to the model by day and what became of them, of the last 30 days.
select cast(hour_at as date) as date_day, sum(ok_count) as ok_count, sum(rate_limit_count) as rate_limit_count,
    sum(settled_count - ok_count - rate_limit_count) as failed_count
from kpi_ai_hourly, publish_info where hour_at >= made_date - 30 group by all order by date_day
