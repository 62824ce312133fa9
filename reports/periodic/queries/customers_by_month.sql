-- Customers invoiced in each of the last 12 months: for the first time, or again.
with firsts as (
    select customer_id, min(issue_date) as first_date from fct_invoices where kind = 'invoice' group by customer_id
)
select cast(date_trunc('month', invoices.issue_date) as date) as month_date,
    count(distinct invoices.customer_id) filter (
        where date_trunc('month', firsts.first_date) = date_trunc('month', invoices.issue_date)
    ) as new_count,
    count(distinct invoices.customer_id) as all_count
from fct_invoices as invoices inner join firsts using (customer_id), publish_info
where invoices.kind = 'invoice' and invoices.issue_date > made_date - interval 12 month and invoices.issue_date <= made_date
group by all order by month_date
