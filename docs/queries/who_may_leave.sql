-- Customers by how likely no invoice follows within 90 days.
select
    predictions.subject_id as customer_id,
    customers.main_currency,
    round(predictions.middle, 3) as churn_90_days,
    customers.recent_net_amount as net_amount_of_a_year,
    customers.last_invoice_date,
    array_to_string(predictions.reasons, ' ') as why
from fct_predictions as predictions
left join dim_customers as customers on predictions.subject_id = customers.customer_id
where predictions.is_latest and predictions.measure = 'churn_90_days'
order by predictions.middle desc
