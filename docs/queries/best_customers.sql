-- The customers with the highest net amount invoiced less credited, in each currency.
-- most: how many, ten where it is not given; since: from this issue date on.
select
    currency,
    customer_id,
    count(*) filter (where kind = 'invoice') as invoice_count,
    sum(signed_net_amount) as net_amount,
    max(issue_date) filter (where kind = 'invoice') as last_invoice_date
from fct_invoices
where issue_date >= coalesce(cast(getvariable('since') as date), date '0001-01-01')
group by currency, customer_id
qualify
    row_number() over (
        partition by currency order by sum(signed_net_amount) desc
    ) <= coalesce(cast(getvariable('most') as integer), 10)
order by currency asc, net_amount desc
