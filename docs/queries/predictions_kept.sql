-- How good predictions were in earnest: beside what came, by measure and month.
select
    measure,
    currency,
    cast(date_trunc('month', as_of_date) as date) as month_date,
    count(*) as prediction_count,
    round(avg(abs(error)), 4) as mean_absolute_error,
    round(avg(middle), 4) as predicted_mean,
    round(avg(came), 4) as came_mean,
    round(100 * avg(cast(is_in_80 as integer)), 1) as in_80_pct,
    round(100 * avg(cast(is_in_95 as integer)), 1) as in_95_pct
from fct_prediction_outcomes
group by measure, currency, date_trunc('month', as_of_date)
order by measure, currency, month_date
