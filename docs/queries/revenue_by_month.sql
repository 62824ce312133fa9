-- Revenue by month of supply and currency: invoiced less credited, without tax.
select
    currency,
    cast(date_trunc('month', tax_point_date) as date) as supply_month,
    count(*) filter (where kind = 'invoice') as invoice_count,
    sum(signed_net_amount) as net_amount
from fct_invoices
group by currency, supply_month
order by currency, supply_month
