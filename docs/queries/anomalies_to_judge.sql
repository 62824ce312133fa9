-- What is unlike the usual and was judged by nobody yet.
select
    found.rank,
    found.subject_kind,
    coalesce(invoices.invoice_number, found.subject_id) as document_name,
    invoices.customer_id,
    round(found.middle, 3) as score,
    array_to_string(found.reasons, ' ') as why
from fct_predictions as found
left join fct_invoices as invoices
    on
        found.subject_kind = 'invoice'
        and found.subject_id = cast(invoices.invoice_id as varchar)
where
    found.is_latest and found.measure = 'anomaly' and not exists (
        select 1 from fct_anomaly_verdicts as verdicts
        where
            verdicts.subject_kind = found.subject_kind
            and verdicts.subject_id = found.subject_id
    )
order by found.rank
