{#
    A part of a whole in percent, two decimals, of any size and sign; null where the whole
    is 0 or less, since then it says nothing. `share_pct` is for counts.
    Needs: two expressions of amounts.
#}
{% macro percent(part, whole) -%}
    case
        when {{ whole }} > 0
            then cast(round(100.0 * ({{ part }}) / ({{ whole }}), 2) as decimal(18, 2))
    end
{%- endmacro %}
