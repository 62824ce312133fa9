-- What the newest look found unlike the usual, and what was said of it.
select found.rank, found.subject_kind, coalesce(invoices.invoice_number, found.subject_id) as document_name,
    invoices.customer_id, found.middle as score, array_to_string(found.reasons, ' ') as why, verdicts.verdict
from fct_predictions as found
left join fct_invoices as invoices
    on found.subject_kind = 'invoice' and found.subject_id = cast(invoices.invoice_id as varchar)
left join fct_anomaly_verdicts as verdicts
    on verdicts.is_latest and found.subject_kind = verdicts.subject_kind and found.subject_id = verdicts.subject_id
where found.is_latest and found.measure = 'anomaly' order by found.rank
