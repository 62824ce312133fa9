{# One row per letter about overdue invoices and invoice in it. #}
with
dunned_invoices as (
    select * from {{ ref('stg_ledger__dunned_invoices') }}
),
notices as (
    select * from {{ ref('stg_ledger__dunning_notices') }}
),
invoices as (
    select * from {{ ref('fct_invoices') }}
),
deliveries as (
    select * from {{ ref('stg_ledger__deliveries') }}
    where receiver = 'email'
),
publishes as (
    select * from {{ ref('stg_ledger__publishes') }}
),
joined as (
    select
        ---------- ids
        dunned_invoices.dunned_invoice_id,
        dunned_invoices.notice_id,
        dunned_invoices.invoice_id,
        notices.customer_id,
        notices.run_id,
        ---------- strings
        notices.currency,
        notices.tone,
        deliveries.status as email_status,
        ---------- numerics
        dunned_invoices.level,
        notices.level as letter_level,
        dunned_invoices.days_overdue,
        dunned_invoices.open_amount,
        dunned_invoices.interest_amount,
        dunned_invoices.lump_sum_amount,
        dunned_invoices.fee_amount,
        dunned_invoices.earlier_amount,
        case
            when invoices.payment_days is not null
                then invoices.settled_date - notices.notice_date
        end as days_to_payment,
        ---------- dates
        notices.notice_date,
        notices.pay_by_date,
        publishes.made_date,
        ---------- timestamps, UTC
        notices.sent_at
    from dunned_invoices
    inner join notices on dunned_invoices.notice_id = notices.notice_id
    inner join invoices on dunned_invoices.invoice_id = invoices.invoice_id
    left join deliveries on notices.outbox_id = deliveries.outbox_id
    cross join publishes
),
judged as (
    select
        ---------- ids
        dunned_invoice_id,
        notice_id,
        invoice_id,
        customer_id,
        run_id,
        ---------- strings
        currency,
        tone,
        email_status,
        ---------- numerics
        level,
        letter_level,
        days_overdue,
        open_amount,
        interest_amount,
        lump_sum_amount,
        fee_amount,
        earlier_amount,
        days_to_payment,
        ---------- booleans
        case
            when days_to_payment <= 7 then true
            when made_date - notice_date > 7 then false
        end as is_paid_within_7_days,
        case
            when days_to_payment <= 14 then true
            when made_date - notice_date > 14 then false
        end as is_paid_within_14_days,
        case
            when days_to_payment <= 30 then true
            when made_date - notice_date > 30 then false
        end as is_paid_within_30_days,
        ---------- dates
        notice_date,
        pay_by_date,
        ---------- timestamps, UTC
        sent_at
    from joined
)
select * from judged
