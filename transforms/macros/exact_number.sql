{#
    Text of a plain decimal number as decimal(28, 10), exact.
    Short numbers go through decimal(18, 6): DuckDB casts text to wider decimals 200 times slower.
    `try_cast`, because DuckDB casts a whole dictionary of values, also those the condition excludes.
    Needs: the name of a text column.
#}
{% macro exact_number(text) -%}
    case
        when
            length({{ text }}) <= 12
            and (
                instr({{ text }}, '.') = 0
                or length({{ text }}) - instr({{ text }}, '.') <= 6
            )
            then cast(try_cast({{ text }} as decimal(18, 6)) as decimal(28, 10))
        else cast({{ text }} as decimal(28, 10))
    end
{%- endmacro %}
