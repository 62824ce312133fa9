-- Revenue without tax of the last 30 days, the 30 before them, and the same 30 days a year before.
select currency,
    coalesce(sum(revenue_amount) filter (where date_day > made_date - 30), 0) as last_30,
    coalesce(sum(revenue_amount) filter (where date_day > made_date - 60 and date_day <= made_date - 30), 0)
        as before_30,
    sum(revenue_amount) filter (where date_day > made_date - 394 and date_day <= made_date - 364) as year_ago,
    coalesce(sum(kpi_daily.invoice_count) filter (where date_day > made_date - 30), 0) as invoices_30,
    coalesce(sum(kpi_daily.invoice_count) filter (where date_day > made_date - 60 and date_day <= made_date - 30), 0)
        as invoices_before_30
from kpi_daily, publish_info
where date_day <= made_date
group by currency order by currency
