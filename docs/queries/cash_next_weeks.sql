-- Cash that open invoices bring in 13 weeks, with bands of 80 and 95 %.
select
    currency,
    target_date as week_date,
    round(middle, 2) as cash,
    round(low_80, 2) as low_80,
    round(high_80, 2) as high_80,
    round(low_95, 2) as low_95,
    round(high_95, 2) as high_95
from fct_predictions
where is_latest and measure = 'cash'
order by currency, target_date
