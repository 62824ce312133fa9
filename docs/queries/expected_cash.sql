-- Cash expected by week, as customers usually pay; half of it comes from early to late.
select
    currency,
    cast(date_trunc('week', expected_date) as date) as expected_week_date,
    count(*) as invoice_count,
    sum(open_amount) as expected_amount,
    sum(open_amount) filter (where is_overdue) as overdue_amount,
    min(early_date) as early_date,
    max(late_date) as late_date
from fct_cash_expected
group by currency, expected_week_date
order by currency, expected_week_date
