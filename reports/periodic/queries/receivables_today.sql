-- What is open on the day of the publish, by how late it is, and 30 days before.
select today.currency, today.open_amount, today.overdue_amount, today.overdue_pct, today.dso_90_days,
    today.open_invoice_count, today.not_due_amount, today.late_1_30_amount, today.late_31_60_amount,
    today.late_61_90_amount, today.late_over_90_amount,
    before.open_amount as open_before, before.overdue_amount as overdue_before, before.dso_90_days as dso_before
from kpi_daily as today
inner join publish_info on today.date_day = publish_info.made_date
left join kpi_daily as before on today.currency = before.currency and before.date_day = today.date_day - 30
order by today.currency
