-- What each customer owed on a day, by how late it was then.
-- as_of: the day; the publish's where it is not given.
with days as (
    select coalesce(cast(getvariable('as_of') as date), made_date) as as_of_date
    from publish_info
)

select
    days.as_of_date,
    balances.customer_id,
    balances.currency,
    sum(balances.balance_amount) as open_amount,
    coalesce(sum(balances.balance_amount) filter (
        where days.as_of_date <= balances.due_date
    ), 0) as not_due_amount,
    coalesce(sum(balances.balance_amount) filter (
        where days.as_of_date - balances.due_date between 1 and 30
    ), 0) as late_1_30_amount,
    coalesce(sum(balances.balance_amount) filter (
        where days.as_of_date - balances.due_date between 31 and 60
    ), 0) as late_31_60_amount,
    coalesce(sum(balances.balance_amount) filter (
        where days.as_of_date - balances.due_date between 61 and 90
    ), 0) as late_61_90_amount,
    coalesce(sum(balances.balance_amount) filter (
        where days.as_of_date - balances.due_date > 90
    ), 0) as late_over_90_amount
from fct_invoice_balances as balances
inner join days
    on
        balances.valid_from_date <= days.as_of_date
        and (balances.valid_to_date is null or balances.valid_to_date > days.as_of_date)
where balances.balance_amount > 0
group by days.as_of_date, balances.customer_id, balances.currency
order by open_amount desc, balances.customer_id asc
