{#
    Text of a plain decimal number as decimal(28, 10), exact.
    Short numbers go through decimal(18, 6): DuckDB casts text to wider decimals 200 times slower.
    DuckDB casts a whole dictionary of values, also those that a condition excludes: hence
    `try_cast`, and null instead of what is short where the wide cast stands (8 times faster).
    Needs: the name of a text column.
#}
{% macro exact_number(text) -%}
    {%- set is_short -%}
        length({{ text }}) <= 12
        and (
            instr({{ text }}, '.') = 0
            or length({{ text }}) - instr({{ text }}, '.') <= 6
        )
    {%- endset -%}
    case
        when {{ is_short }}
            then cast(try_cast({{ text }} as decimal(18, 6)) as decimal(28, 10))
        else cast(if({{ is_short }}, null, {{ text }}) as decimal(28, 10))
    end
{%- endmacro %}
