{# One row per customer and version of its terms and tax; versions do not overlap. #}
with
versions as (
    select * from {{ ref('customers_seen') }}
),
numbered as (
    select
        ---------- ids
        concat_ws('/', customer_id, strftime(valid_from_at, '%Y-%m-%dT%H:%M:%S.%f'))
            as customer_version_id,
        customer_id,
        ---------- strings
        country,
        currency,
        tax_category,
        ---------- numerics
        row_number() over (
            partition by customer_id order by valid_from_at
        ) as version_number,
        cast(terms_days as bigint) as terms_days,
        tax_rate_pct,
        ---------- booleans
        valid_to_at is null as is_current,
        ---------- timestamps, UTC
        valid_from_at,
        valid_to_at
    from versions
)
select * from numbered
