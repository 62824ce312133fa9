{#
    Rows in which any of the columns is null, whole, so that their keys are known. One test
    for all columns: each test costs a build some 20 ms, whatever it looks at.
#}
{% test complete(model, columns) %}
    select *
    from {{ model }}
    where
        {%- for column in columns %}
        {{ "or " if not loop.first }}{{ column }} is null
        {%- endfor %}
{% endtest %}
