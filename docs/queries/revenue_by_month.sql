-- Revenue by month of supply and currency: what was invoiced, without tax.
select
    currency,
    cast(date_trunc('month', tax_point_date) as date) as supply_month,
    count(*) as invoice_count,
    sum(if(kind = 'credit_note', -net_amount, net_amount)) as net_amount
from fct_invoices
group by currency, supply_month
order by currency, supply_month
