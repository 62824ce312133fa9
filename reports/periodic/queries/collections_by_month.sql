-- Collections of the last six whole months: rate, days to payment, DSO, CEI.
select currency, month_date, invoiced_amount, collected_amount, collection_rate_pct, average_payment_days,
    dso_days, cei_pct
from kpi_monthly
where is_complete
qualify row_number() over (partition by currency order by month_date desc) <= 6
order by currency, month_date desc
