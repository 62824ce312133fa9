-- Revenue of the last 90 days by country of the customer, and of the 90 days before.
with by_country as (
    select currency, coalesce(customer_country, 'not known') as country,
        coalesce(sum(signed_net_amount) filter (where issue_date > made_date - 90), 0) as revenue,
        coalesce(sum(signed_net_amount) filter (where issue_date <= made_date - 90), 0) as before,
        count(*) filter (where kind = 'invoice' and issue_date > made_date - 90) as invoice_count
    from fct_invoices, publish_info
    where issue_date > made_date - 180 and issue_date <= made_date
    group by all
)
select * from by_country
qualify row_number() over (partition by currency order by revenue desc) <= 10
order by currency, revenue desc
