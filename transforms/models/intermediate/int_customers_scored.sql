{#
    One row per customer with invoices: recency, frequency and monetary value of the last 365
    days, each from 1 (worst fifth) to 5 (best fifth); equal customers have equal scores.
    Money is scored among customers of the same currency, in which most was invoiced.
    Source: A. M. Hughes, "Strategic Database Marketing", 1994, by ranks of equal width.
#}
{% set days = 365 %}
with
invoices as (
    select * from {{ ref('fct_invoices') }}
),
publishes as (
    select * from {{ ref('stg_ledger__publishes') }}
),
by_currency as (
    select
        invoices.customer_id,
        invoices.currency,
        max(invoices.issue_date) filter (where invoices.kind = 'invoice')
            as last_invoice_date,
        count(*) filter (
            where
            invoices.kind = 'invoice'
            and invoices.issue_date > publishes.made_date - {{ days }}
        ) as recent_invoice_count,
        coalesce(
            sum(invoices.signed_net_amount) filter (
                where invoices.issue_date > publishes.made_date - {{ days }}
            ), 0
        ) as recent_net_amount,
        sum(invoices.signed_net_amount) as net_amount,
        count(*) filter (where invoices.kind = 'invoice' and invoices.open_amount > 0)
            as open_invoice_count,
        count(*) filter (where invoices.is_overdue) as overdue_invoice_count,
        max(publishes.made_date) as made_date
    from invoices
    cross join publishes
    group by invoices.customer_id, invoices.currency
),
summed as (
    select
        customer_id,
        arg_max(currency, row(net_amount, currency)) as main_currency,
        arg_max(recent_net_amount, row(net_amount, currency)) as recent_net_amount,
        sum(recent_invoice_count) as recent_invoice_count,
        sum(open_invoice_count) as open_invoice_count,
        sum(overdue_invoice_count) as overdue_invoice_count,
        max(made_date) - max(last_invoice_date) as recency_days
    from by_currency
    group by customer_id
),
ranked as (
    select
        *,
        percent_rank() over (order by recency_days desc nulls first) as recency_rank,
        percent_rank() over (order by recent_invoice_count) as frequency_rank,
        percent_rank() over (partition by main_currency order by recent_net_amount)
            as monetary_rank
    from summed
),
scored as (
    select
        ---------- ids
        customer_id,
        ---------- strings
        main_currency,
        ---------- numerics
        recency_days,
        recent_invoice_count,
        recent_net_amount,
        open_invoice_count,
        overdue_invoice_count,
        1 + cast(least(floor(recency_rank * 5), 4) as integer) as recency_score,
        1 + cast(least(floor(frequency_rank * 5), 4) as integer) as frequency_score,
        1 + cast(least(floor(monetary_rank * 5), 4) as integer) as monetary_score
    from ranked
)
select * from scored
