{#
    One row per customer that paid an invoice in full, and one without customer over all of
    them: how late it pays. Late by -3 days is three days early.
#}
with
paid as (
    select * from {{ ref('fct_invoices') }}
    where kind = 'invoice' and payment_days is not null
),
summed as (
    select
        ---------- ids
        customer_id,
        ---------- numerics
        count(*) as paid_invoice_count,
        quantile_cont(payment_days, 0.5) as median_payment_days,
        quantile_cont(days_late, 0.25) as low_days_late,
        quantile_cont(days_late, 0.5) as median_days_late,
        quantile_cont(days_late, 0.75) as high_days_late,
        count(*) filter (where days_late <= 0) as on_time_count
    from paid
    group by grouping sets ((customer_id), ())
)
select * from summed
where paid_invoice_count > 0
