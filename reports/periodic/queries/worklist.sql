-- Open invoices by expected loss: whom to call first.
select losses.currency, losses.rank, invoices.invoice_number, invoices.customer_id, invoices.open_amount,
    losses.middle as expected_loss, array_to_string(losses.reasons, ' ') as why
from fct_predictions as losses
inner join fct_invoices as invoices on losses.subject_id = cast(invoices.invoice_id as varchar)
where losses.is_latest and losses.measure = 'expected_loss' and losses.rank <= 10
order by losses.currency, losses.rank
