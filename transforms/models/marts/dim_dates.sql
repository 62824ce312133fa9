{#
    One row per day, from the year of the first fact to the end of next year. Open days are
    Monday to Friday; public holidays differ by country and are not taken out.
#}
with
publishes as (
    select * from {{ ref('stg_ledger__publishes') }}
),
first_days as (
    select made_date as first_date from publishes
    union all
    select min(issue_date) as first_date from {{ ref('stg_ledger__invoices') }}
    union all
    select min(value_date) as first_date from {{ ref('stg_ledger__payments') }}
),
bounds as (
    select
        date_trunc('year', min(first_days.first_date)) as first_date,
        date_trunc('year', max(publishes.made_date)) + interval '2 years' as end_date
    from first_days
    cross join publishes
),
spine as (
    select unnest(range(first_date, end_date, interval '1 day')) as day_at
    from bounds
),
days as (
    select
        ---------- ids
        cast(day_at as date) as date_day,
        ---------- strings
        strftime(day_at, '%Y-%m') as month_name,
        ---------- numerics
        year(day_at) as year_number,
        quarter(day_at) as quarter_number,
        month(day_at) as month_number,
        isoyear(day_at) as iso_year_number,
        week(day_at) as iso_week_number,
        isodow(day_at) as day_of_week_number,
        ---------- booleans
        isodow(day_at) <= 5 as is_open_day,
        ---------- dates
        cast(date_trunc('month', day_at) as date) as month_date,
        cast(date_trunc('week', day_at) as date) as week_date
    from spine
)
select * from days
