{#
    An amount in major units, exact: 1235 EUR -> 12.35, 1235 JPY -> 1235, 1235 BHD -> 1.235.
    Needs: names of a column of minor units and of one with the currency's ISO 4217 code.
    Null where the currency is unknown, which the not_null tests of the marts then name.
#}
{% macro major_units(minor, currency) -%}
    cast(
        cast({{ minor }} as decimal(18, 0)) * (
            select currencies.major_per_minor
            from {{ ref('currencies') }} as currencies
            where currencies.currency_code = {{ currency }}
        ) as decimal(18, 4)
    )
{%- endmacro %}
