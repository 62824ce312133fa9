-- The products that bring most, less what was credited, by currency.
-- most: how many, twenty where it is not given.
select
    currency,
    product_code,
    any_value(product_name) as product_name,
    count(distinct invoice_id) filter (where kind = 'invoice') as invoice_count,
    sum(signed_quantity) as quantity,
    sum(signed_net_amount) as net_amount,
    cast(
        sum(signed_net_amount) / nullif(sum(signed_quantity), 0) as decimal(18, 4)
    ) as average_price
from fct_invoice_lines
group by currency, product_code
qualify
    row_number() over (
        partition by currency order by sum(signed_net_amount) desc
    ) <= coalesce(cast(getvariable('most') as integer), 20)
order by currency asc, net_amount desc
