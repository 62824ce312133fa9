-- Money that is on no invoice: the payer's credit, or waiting for a person; oldest first.
select
    payment_id,
    value_date,
    source,
    payment_reference,
    kind,
    currency,
    customer_id,
    amount,
    unallocated_amount
from fct_payments
where unallocated_amount <> 0
order by value_date, payment_id
