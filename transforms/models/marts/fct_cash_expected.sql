{#
    One row per invoice with something open: when the money is expected.
    Expected day = due date + the customer's median days late over all it has paid, from
    three invoices on; below that the median of all customers; without any, the due date.
    A day that is over is moved to the day of the publish. This is the customer's habit, no
    promise and no model; a quarter of such invoices came later than the late day.
#}
{% set fewest_paid = 3 %}
with
invoices as (
    select * from {{ ref('fct_invoices') }}
    where kind = 'invoice' and open_amount > 0
),
habits as (
    select * from {{ ref('int_customer_payments_summed') }}
    where customer_id is not null and paid_invoice_count >= {{ fewest_paid }}
),
all_habits as (
    select * from {{ ref('int_customer_payments_summed') }}
    where customer_id is null
),
publishes as (
    select * from {{ ref('stg_ledger__publishes') }}
),
known as (
    select
        invoices.*,
        publishes.made_date,
        case
            when habits.customer_id is not null then 'customer'
            when all_habits.paid_invoice_count is not null then 'all_customers'
            else 'due_date'
        end as basis,
        coalesce(
            habits.paid_invoice_count, all_habits.paid_invoice_count, 0
        ) as paid_invoice_count,
        cast(
            round(coalesce(habits.low_days_late, all_habits.low_days_late, 0)) as integer
        ) as low_days,
        cast(
            round(
                coalesce(habits.median_days_late, all_habits.median_days_late, 0)
            ) as integer
        ) as median_days,
        cast(
            round(
                coalesce(habits.high_days_late, all_habits.high_days_late, 0)
            ) as integer
        ) as high_days
    from invoices
    cross join publishes
    left join habits on invoices.customer_id = habits.customer_id
    left join all_habits on true
),
expected as (
    select
        ---------- ids
        invoice_id,
        invoice_number,
        customer_id,
        ---------- strings
        currency,
        basis,
        ---------- numerics
        open_amount,
        paid_invoice_count,
        ---------- booleans
        is_overdue,
        ---------- dates
        due_date,
        greatest(due_date + low_days, made_date) as early_date,
        greatest(due_date + median_days, made_date) as expected_date,
        greatest(due_date + high_days, made_date) as late_date
    from known
)
select * from expected
