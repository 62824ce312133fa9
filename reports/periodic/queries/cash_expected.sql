-- Cash that open invoices bring, week by week, with bands of 80 and 95 %.
select currency, target_date, middle, low_80, high_80, low_95, high_95
from fct_predictions where is_latest and measure = 'cash' order by currency, target_date
