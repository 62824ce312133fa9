-- Revenue by day as forecast last, with the bands that hold 80 and 95 %.
select
    currency,
    target_date,
    round(middle, 2) as revenue,
    round(low_80, 2) as low_80,
    round(high_80, 2) as high_80,
    round(low_95, 2) as low_95,
    round(high_95, 2) as high_95,
    confidence
from fct_predictions
where is_latest and measure = 'revenue' and subject_kind = 'total'
order by currency, target_date
