-- How many customers have which probability of no invoice within 90 days.
select cast(least(floor(middle * 10), 9) as integer) as tenth, count(*) as customer_count, sum(middle) as expected_count
from fct_predictions where is_latest and measure = 'churn_90_days' group by all order by tenth
