{#
    dbt's own test returns the column that is null; ours returns the whole row, so that its
    key is named.
#}
{% macro default__test_not_null(model, column_name) %}
    select * from {{ model }} where {{ column_name }} is null
{% endmacro %}
