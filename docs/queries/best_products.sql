-- The twenty products that bring most, with pieces sold and average price, by currency.
select
    currency,
    product_code,
    any_value(product_name) as product_name,
    count(distinct invoice_id) as invoice_count,
    sum(quantity) as quantity,
    sum(net_amount) as net_amount,
    cast(sum(net_amount) / nullif(sum(quantity), 0) as decimal(18, 4)) as average_price
from fct_invoice_lines
group by currency, product_code
qualify row_number() over (partition by currency order by sum(net_amount) desc) <= 20
order by currency asc, net_amount desc
