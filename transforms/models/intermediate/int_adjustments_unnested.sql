{# One row per document allowance or charge of an issued invoice. #}
with
invoices as (
    select * from {{ ref('stg_ledger__invoices') }}
),
unnested as (
    select
        invoice_id,
        currency,
        unnest(content.adjustments) as adjustment
    from invoices
),
adjustments as (
    select
        ---------- ids
        invoice_id,
        ---------- strings
        currency,
        adjustment.kind,
        adjustment.reason,
        adjustment.tax_category,
        ---------- numerics
        cast(adjustment.tax_rate as decimal(9, 4)) as tax_rate_pct,
        {{ major_units('adjustment.amount_minor', 'currency') }} as amount,
        {{ major_units('adjustment.amount_minor', 'currency') }}
        * if(adjustment.kind = 'charge', 1, -1) as signed_amount
    from unnested
)
select * from adjustments
