-- Customers who bought lately, are new, or came back, on the day of the publish.
select count(*) filter (where last_invoice_date > made_date - 90) as active_count,
    count(*) filter (where first_invoice_date > made_date - 30) as new_count,
    count(*) filter (where first_invoice_date > made_date - 60 and first_invoice_date <= made_date - 30)
        as new_before_count,
    count(*) filter (where dim_customers.invoice_count > 0) as all_count
from dim_customers, publish_info
