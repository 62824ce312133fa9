-- How long money takes, by month: DSO in three ways, days delinquent, what was collected.
select
    currency,
    month_date,
    is_complete,
    sales_amount,
    closing_amount,
    dso_days,
    dso_countback_days,
    best_possible_dso_days,
    average_days_delinquent,
    average_payment_days,
    collection_rate_pct,
    cei_pct
from kpi_monthly
order by currency asc, month_date desc
