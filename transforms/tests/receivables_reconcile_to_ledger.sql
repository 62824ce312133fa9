{#
    What was open on three days, the last one, one 30 and one 365 days before, is what plain
    sums over invoices and allocations of the ledger come to.
#}
with
publishes as (
    select * from {{ ref('stg_ledger__publishes') }}
),
days as (
    select unnest([made_date, made_date - 30, made_date - 365]) as as_of_date
    from publishes
),
invoices as (
    select * from {{ ref('stg_ledger__invoices') }}
    where kind = 'invoice'
),
allocations as (
    select * from {{ ref('stg_ledger__allocations') }}
),
invoiced as (
    select
        days.as_of_date,
        invoices.currency,
        sum(invoices.total_amount) as amount
    from invoices
    inner join days on invoices.issue_date <= days.as_of_date
    group by days.as_of_date, invoices.currency
),
settled as (
    select
        days.as_of_date,
        allocations.currency,
        sum(allocations.amount) as amount
    from allocations
    inner join days on allocations.effective_date <= days.as_of_date
    inner join invoices
        on
            allocations.invoice_id = invoices.invoice_id
            and days.as_of_date >= invoices.issue_date
    group by days.as_of_date, allocations.currency
),
receivables as (
    select
        as_of_date,
        currency,
        sum(open_amount) as amount
    from {{ ref('fct_receivables_daily') }}
    group by as_of_date, currency
),
differing as (
    select
        invoiced.as_of_date,
        invoiced.currency,
        receivables.amount as mart_amount,
        invoiced.amount - coalesce(settled.amount, 0) as ledger_amount
    from invoiced
    left join settled
        on
            invoiced.as_of_date = settled.as_of_date
            and invoiced.currency = settled.currency
    left join receivables
        on
            invoiced.as_of_date = receivables.as_of_date
            and invoiced.currency = receivables.currency
    where
        receivables.amount is distinct from invoiced.amount - coalesce(settled.amount, 0)
)
select * from differing
