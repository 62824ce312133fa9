{#
    Versions of a customer follow each other without gap or overlap, and the newest is what the
    ledger says now.
#}
with
versions as (
    select
        *,
        lead(valid_from_at) over (
            partition by customer_id order by valid_from_at
        ) as next_from_at
    from {{ ref('dim_customer_versions') }}
),
customers as (
    select * from {{ ref('stg_ledger__customers') }}
),
broken as (
    select
        customer_version_id,
        valid_from_at,
        valid_to_at,
        next_from_at
    from versions
    where valid_to_at is distinct from next_from_at or valid_from_at >= valid_to_at
    union all
    select
        customers.customer_id as customer_version_id,
        versions.valid_from_at,
        versions.valid_to_at,
        customers.updated_at as next_from_at
    from customers
    left join versions
        on customers.customer_id = versions.customer_id and versions.is_current
    where
        versions.customer_id is null
        or customers.country is distinct from versions.country
        or customers.currency is distinct from versions.currency
        or customers.tax_category is distinct from versions.tax_category
        or customers.terms_days is distinct from versions.terms_days
        or customers.tax_rate_pct is distinct from versions.tax_rate_pct
)
select * from broken
