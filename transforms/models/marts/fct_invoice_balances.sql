{#
    One row per invoice and period in which its balance stayed the same. An invoice has as
    many rows as days on which it changed, so that years of days cost nothing; the balance of
    a day is the row with valid_from_date <= day and day < valid_to_date (or null).
#}
with
invoices as (
    select * from {{ ref('stg_ledger__invoices') }}
    where kind = 'invoice'
),
allocations as (
    select * from {{ ref('stg_ledger__allocations') }}
    where invoice_id is not null
),
movements as (
    select
        invoice_id,
        issue_date as moved_date,
        total_amount as amount,
        true as is_issue
    from invoices
    union all
    select
        allocations.invoice_id,
        greatest(allocations.effective_date, invoices.issue_date) as moved_date,
        -allocations.amount as amount,
        false as is_issue
    from allocations
    inner join invoices on allocations.invoice_id = invoices.invoice_id
),
daily as (
    select
        invoice_id,
        moved_date,
        sum(amount) as amount
    from movements
    group by invoice_id, moved_date
    having bool_or(is_issue) or sum(amount) <> 0
),
periods as (
    select
        invoice_id,
        moved_date as valid_from_date,
        sum(amount) over by_day as balance_amount,
        lead(moved_date) over by_day as valid_to_date
    from daily
    window by_day as (partition by invoice_id order by moved_date)
),
joined as (
    select
        ---------- ids
        invoices.invoice_number || '@' || periods.valid_from_date as invoice_balance_id,
        periods.invoice_id,
        invoices.invoice_number,
        invoices.customer_id,
        ---------- strings
        invoices.currency,
        ---------- numerics
        cast(periods.balance_amount as decimal(18, 4)) as balance_amount,
        ---------- booleans
        periods.valid_to_date is null as is_current,
        ---------- dates
        invoices.due_date,
        periods.valid_from_date,
        periods.valid_to_date
    from periods
    inner join invoices on periods.invoice_id = invoices.invoice_id
)
select * from joined
