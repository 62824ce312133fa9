{#
    Descriptions of a table and its columns as comments, in one statement. Contracts make
    sure that each described column exists.
    Needs: the relation and its model; whether to comment on the table and on its columns.
#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set comments -%}
        {%- if for_relation and config.persist_relation_docs() and model.description %}
            comment on {{ relation.type }} {{ relation }}
            is {{ duckdb_escape_comment(model.description) }};
        {%- endif %}
        {%- if for_columns and config.persist_column_docs() %}
            {%- for column in model.columns.values() %}
                comment on column {{ relation }}.{{ column.name }}
                is {{ duckdb_escape_comment(column.description) }};
            {%- endfor %}
        {%- endif %}
    {%- endset -%}
    {%- if comments | trim %}{% do run_query(comments) %}{%- endif -%}
{%- endmacro %}
