{#
    How many days of sales an amount is: amount / sales * days, two decimals; null where
    there were no sales. Source: Credit Research Foundation, "Days Sales Outstanding".
    Needs: three expressions; sales are those of so many days.
#}
{% macro days_of_sales(amount, sales, days) -%}
    case
        when {{ sales }} > 0
            then cast(round(1.0 * {{ amount }} * {{ days }} / {{ sales }}, 2) as decimal(18, 2))
    end
{%- endmacro %}
