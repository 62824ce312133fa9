-- What each source sent: rows, and the share that could not be taken in.
select
    source,
    file_format,
    count(*) as file_count,
    sum(rows_in) as rows_in,
    sum(rows_quarantined) as rows_quarantined,
    round(100.0 * sum(rows_quarantined) / nullif(sum(rows_in), 0), 2) as quarantined_pct,
    sum(orders_conflict) as conflicting_orders
from fct_intake
group by source, file_format
order by rows_in desc
