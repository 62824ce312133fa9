-- The ten customers with the highest net amount invoiced less credited, in each currency.
select
    currency,
    customer_id,
    count(*) filter (where kind = 'invoice') as invoice_count,
    sum(signed_net_amount) as net_amount,
    max(issue_date) filter (where kind = 'invoice') as last_invoice_date
from fct_invoices
group by currency, customer_id
qualify
    row_number() over (
        partition by currency order by sum(signed_net_amount) desc
    ) <= 10
order by currency asc, net_amount desc
