-- Taxable amount and tax by month, category and rate: the figures of a VAT return.
-- month: only this one, such as 2026-03.
select
    taxes.currency,
    cast(date_trunc('month', taxes.tax_point_date) as date) as tax_month,
    taxes.tax_category,
    taxes.tax_rate_pct,
    sum(
        if(invoices.kind = 'credit_note', -taxes.taxable_amount, taxes.taxable_amount)
    ) as taxable_amount,
    sum(if(invoices.kind = 'credit_note', -taxes.tax_amount, taxes.tax_amount))
        as tax_amount
from fct_invoice_taxes as taxes
inner join fct_invoices as invoices on taxes.invoice_id = invoices.invoice_id
where
    getvariable('month') is null
    or strftime(taxes.tax_point_date, '%Y-%m') = cast(getvariable('month') as varchar)
group by taxes.currency, tax_month, taxes.tax_category, taxes.tax_rate_pct
order by taxes.currency, tax_month, taxes.tax_category, taxes.tax_rate_pct
