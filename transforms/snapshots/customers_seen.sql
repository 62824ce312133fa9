{#
    Versions of customers as publishes saw them. The ledger keeps only the newest terms and
    tax; fakturo/warehouse/last_publish.py puts the versions of the last publish here first.
    A version starts when the ledger changed. A long transaction may commit a change that
    is dated before the version that it follows: then it starts with the publish.
#}
{% snapshot customers_seen %}
{%- set before = load_relation(this) if execute -%}
with
customers as (
    select * from {{ ref('stg_ledger__customers') }}
),
publishes as (
    select * from {{ ref('stg_ledger__publishes') }}
),
before as (
    {% if before %}
    select
        customer_id,
        max(valid_from_at) as valid_from_at
    from {{ this }}
    group by customer_id
    {% else %}
    select
        cast(null as varchar) as customer_id,
        cast(null as timestamp) as valid_from_at
    {% endif %}
),
versions as (
    select
        ---------- ids
        customers.customer_id,
        ---------- strings
        customers.country,
        customers.currency,
        customers.tax_category,
        ---------- numerics
        customers.terms_days,
        customers.tax_rate_pct,
        ---------- timestamps, UTC
        case
            when customers.updated_at <= before.valid_from_at
                then greatest(
                    publishes.made_at, before.valid_from_at + interval 1 microsecond
                )
            else customers.updated_at
        end as starts_at
    from customers
    cross join publishes
    left join before on customers.customer_id = before.customer_id
)
select * from versions
{% endsnapshot %}
