{# A view in a warehouse file that is new: made in place; see materialization_table. #}
{% materialization view, adapter="duckdb" %}
    {%- set target = this.incorporate(type="view") -%}
    {%- set before = load_cached_relation(this) -%}
    {%- if before is not none -%}{% do adapter.drop_relation(before) %}{%- endif -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement("main") -%}
        {{ get_create_view_as_sql(target, sql) }}
    {%- endcall %}
    {% do persist_docs(target, model) %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}
