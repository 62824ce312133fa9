-- How much is paid within 14 days after a letter, by level; younger letters do not count.
select
    currency,
    level,
    count(*) as letter_count,
    sum(open_amount) as dunned_amount,
    coalesce(sum(open_amount) filter (where is_paid_within_14_days), 0) as paid_amount,
    round(
        100 * coalesce(sum(open_amount) filter (where is_paid_within_14_days), 0)
        / sum(open_amount), 1
    ) as paid_pct,
    median(days_to_payment) as median_days_to_payment
from fct_dunning
where level is not null and is_paid_within_14_days is not null
group by currency, level
order by currency, level
