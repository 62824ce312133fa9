-- Orders without an invoice: how many stand where, for which reasons, since when.
select
    status,
    finding_codes,
    count(*) as order_count,
    min(received_at) as waiting_since
from fct_orders
where not is_invoiced
group by status, finding_codes
order by order_count desc, status asc
