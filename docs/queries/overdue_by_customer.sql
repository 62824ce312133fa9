-- Who owes what is overdue: amount, invoices, oldest due date, and how late it pays else.
select
    invoices.currency,
    invoices.customer_id,
    count(*) as invoice_count,
    sum(invoices.open_amount) as overdue_amount,
    min(invoices.due_date) as oldest_due_date,
    any_value(customers.median_days_late) as median_days_late
from fct_invoices as invoices
inner join dim_customers as customers on invoices.customer_id = customers.customer_id
where invoices.is_overdue
group by invoices.currency, invoices.customer_id
order by invoices.currency asc, overdue_amount desc
