-- Open invoices by expected loss, how likely each is late, and why.
with
losses as (
    select * from fct_predictions
    where is_latest and measure = 'expected_loss'
),
late as (
    select * from fct_predictions
    where is_latest and measure = 'late'
)
select
    losses.rank,
    invoices.invoice_number,
    invoices.customer_id,
    losses.currency,
    invoices.open_amount,
    round(losses.middle, 2) as expected_loss,
    round(late.middle, 3) as probability_late,
    invoices.due_date,
    array_to_string(losses.reasons, ' ') as why
from losses
inner join fct_invoices as invoices
    on losses.subject_id = cast(invoices.invoice_id as varchar)
left join late on losses.subject_id = late.subject_id
order by losses.currency, losses.rank
