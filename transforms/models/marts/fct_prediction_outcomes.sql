{#
    One row per prediction whose outcome is known by now, beside what came. A customer or invoice
    that the books no longer know has none; cash is money put on the invoices known that day.
#}
with
predictions as (
    select * from {{ ref('fct_predictions') }}
),
invoices as (
    select * from {{ ref('fct_invoices') }}
),
allocations as (
    select * from {{ ref('fct_allocations') }}
),
publishes as (
    select * from {{ ref('stg_ledger__publishes') }}
),
revenue_days as (
    select
        currency,
        issue_date,
        sum(signed_net_amount) as net_amount
    from invoices
    group by currency, issue_date
),
revenue as (
    select
        predictions.prediction_id,
        coalesce(cast(revenue_days.net_amount as double), 0) as came
    from predictions
    cross join publishes
    left join revenue_days
        on
            predictions.currency = revenue_days.currency
            and predictions.target_date = revenue_days.issue_date
    where
        predictions.measure = 'revenue'
        and predictions.subject_kind = 'total'
        and predictions.target_date < publishes.made_date
),
churn as (
    select
        predictions.prediction_id,
        if(count(invoices.invoice_id) = 0, 1, 0) as came
    from predictions
    cross join publishes
    left join invoices
        on
            predictions.subject_id = invoices.customer_id
            and invoices.kind = 'invoice'
            and predictions.as_of_date < invoices.issue_date
            and invoices.issue_date <= predictions.as_of_date + 90
    where
        predictions.measure = 'churn_90_days'
        and predictions.as_of_date + 90 < publishes.made_date
    group by predictions.prediction_id
),
of_invoices as (
    select
        predictions.prediction_id,
        case predictions.measure
            when 'late'
                then
                    case
                        when invoices.settled_date is not null
                            then if(invoices.settled_date > invoices.due_date, 1, 0)
                        when invoices.due_date < publishes.made_date then 1
                    end
            when 'payment_days' then invoices.payment_days
        end as came
    from predictions
    cross join publishes
    inner join invoices on predictions.subject_id = cast(invoices.invoice_id as varchar)
    where
        predictions.measure in ('late', 'payment_days')
        and predictions.subject_kind = 'invoice'
),
money as (
    select
        allocations.currency,
        allocations.effective_date,
        invoices.issue_date,
        allocations.amount
    from allocations
    inner join invoices on allocations.invoice_id = invoices.invoice_id
    where allocations.payment_id is not null
),
cash as (
    select
        predictions.prediction_id,
        coalesce(cast(sum(money.amount) as double), 0) as came
    from predictions
    cross join publishes
    left join money
        on
            predictions.currency = money.currency
            and predictions.as_of_date >= money.issue_date
            and predictions.as_of_date < money.effective_date
            and predictions.target_date <= money.effective_date
            and money.effective_date < predictions.target_date + 7
    where
        predictions.measure = 'cash'
        and predictions.target_date + 7 <= publishes.made_date
    group by predictions.prediction_id
),
outcomes as (
    select * from revenue
    union all
    select * from churn
    union all
    select * from of_invoices
    where came is not null
    union all
    select * from cash
),
joined as (
    select
        ---------- ids
        predictions.prediction_id,
        predictions.model_run_id,
        predictions.subject_id,
        ---------- strings
        predictions.model,
        predictions.measure,
        predictions.subject_kind,
        predictions.currency,
        ---------- numerics
        predictions.middle,
        cast(outcomes.came as double) as came,
        predictions.middle - outcomes.came as error,
        ---------- booleans
        outcomes.came between predictions.low_80 and predictions.high_80 as is_in_80,
        outcomes.came between predictions.low_95 and predictions.high_95 as is_in_95,
        ---------- dates
        predictions.target_date,
        predictions.as_of_date
    from outcomes
    inner join predictions on outcomes.prediction_id = predictions.prediction_id
)
select * from joined
