-- Customers worth a call: revenue of a year times the probability of no invoice within 90 days.
select predictions.subject_id as customer_id, customers.main_currency as currency,
    customers.recent_net_amount, predictions.middle as probability, customers.last_invoice_date,
    array_to_string(predictions.reasons, ' ') as why
from fct_predictions as predictions
inner join dim_customers as customers on predictions.subject_id = customers.customer_id
where predictions.is_latest and predictions.measure = 'churn_90_days'
qualify row_number() over (
    partition by customers.main_currency order by customers.recent_net_amount * predictions.middle desc nulls last
) <= 12
order by currency, customers.recent_net_amount * predictions.middle desc nulls last
