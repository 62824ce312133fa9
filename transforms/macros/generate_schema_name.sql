{#
    Marts stand in `main`, so that `select * from fct_invoices` works; the rest in a schema
    each.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
