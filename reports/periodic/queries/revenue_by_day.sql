-- Revenue without tax of the last 60 days.
select currency, date_day, revenue_amount from kpi_daily, publish_info
where date_day > made_date - 60 and date_day < made_date order by currency, date_day
