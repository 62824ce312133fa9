-- Revenue without tax of the last 26 weeks.
select currency, cast(date_trunc('week', date_day) as date) as week_date, sum(revenue_amount) as revenue
from kpi_daily, publish_info
where date_day <= made_date and date_day >= date_trunc('week', made_date) - interval 25 week
group by all order by currency, week_date
