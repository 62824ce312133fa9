-- The ten customers with the highest net amount invoiced, in each currency.
select
    currency,
    customer_id,
    count(*) as invoice_count,
    sum(net_amount) as net_amount,
    max(issue_date) as last_invoice_date
from fct_invoices
where kind = 'invoice'
group by currency, customer_id
qualify row_number() over (partition by currency order by sum(net_amount) desc) <= 10
order by currency asc, net_amount desc
