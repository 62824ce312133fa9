{#
    A table in a warehouse file that is new: made in place, its comments in one statement.
    dbt-duckdb's own makes it beside, renames it, and asks for its columns before it comments
    on them; none of that serves a file that only gets its name once all of it is right.
    Halves what a model costs beside its query.
#}
{% materialization table, adapter="duckdb", supported_languages=["sql"] %}
    {%- set target = this.incorporate(type="table") -%}
    {%- set before = load_cached_relation(this) -%}
    {%- if before is not none -%}{% do adapter.drop_relation(before) %}{%- endif -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement("main") -%}
        {{ create_table_as(False, target, compiled_code) }}
    {%- endcall %}
    {% do persist_docs(target, model) %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}
