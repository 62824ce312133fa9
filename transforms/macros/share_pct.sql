{#
    A part of a whole in percent, four decimals; null where the whole is 0 or unknown, since
    a share of nothing is not 0. Needs: two expressions of counts.
#}
{% macro share_pct(part, whole) -%}
    cast(round(100.0 * {{ part }} / nullif({{ whole }}, 0), 4) as decimal(7, 4))
{%- endmacro %}
