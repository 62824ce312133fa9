-- The ten customers who owe most.
select currency, customer_id, count(*) as invoice_count, sum(open_amount) as open_amount,
    coalesce(sum(open_amount) filter (where is_overdue), 0) as overdue_amount, min(due_date) as oldest_due_date
from fct_invoices
where kind = 'invoice' and open_amount > 0
group by currency, customer_id
qualify row_number() over (partition by currency order by sum(open_amount) desc) <= 10
order by currency, open_amount desc
