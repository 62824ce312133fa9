-- What was open and overdue on each of the last 180 days.
select currency, date_day, open_amount, overdue_amount
from kpi_daily, publish_info
where date_day > made_date - 180 and date_day <= made_date
order by currency, date_day
