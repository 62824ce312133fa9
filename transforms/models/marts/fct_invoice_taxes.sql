{# One row per tax category and rate of an issued invoice: what a VAT return adds up. #}
with
tax_groups as (
    select * from {{ ref('int_tax_groups_unnested') }}
)
select * from tax_groups
