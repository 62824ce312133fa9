{#
    What a database would hold a table to, in one test: each test costs a build some 40 ms,
    whatever it looks at. A row says what is broken, where, and by which value.
    Needs: the primary key; what else is unique, never null, found in another table (by a column
    of the same name, or [table, column]) or one of a few values. Null breaks none of the last two.
#}
{% test constraints(
    model, primary_key, unique=[], not_null=[], foreign_keys={}, accepted_values={}
) %}
    select
        '{{ primary_key }} is null' as broken,
        null as {{ primary_key }},
        cast(whole as varchar) as value
    from {{ model }} as whole
    where {{ primary_key }} is null
    {%- for column in [primary_key] + unique %}
    union all
    select
        '{{ column }} is not unique',
        cast(min({{ primary_key }}) as varchar),
        {{ "cast(" ~ column ~ " as varchar)" if not loop.first else "count(*) || ' rows'" }}
    from {{ model }}
    where {{ column }} is not null
    group by {{ column }}
    having count(*) > 1
    {%- endfor %}
    {%- if not_null %}
    union all
    select
        concat_ws(
            ', '
            {%- for column in not_null %},
            case when {{ column }} is null then '{{ column }} is null' end
            {%- endfor %}
        ),
        cast({{ primary_key }} as varchar),
        null
    from {{ model }}
    where {{ primary_key }} is not null and (
        {%- for column in not_null %}
        {{ "or " if not loop.first }}{{ column }} is null
        {%- endfor %}
    )
    {%- endif %}
    {%- for column, place in foreign_keys.items() %}
    {%- set there = [place, column] if place.identifier is defined else place %}
    union all
    select
        '{{ column }} is not in {{ there[0].identifier }}',
        cast(own.{{ primary_key }} as varchar),
        cast(own.{{ column }} as varchar)
    from {{ model }} as own
    anti join {{ there[0] }} as other on own.{{ column }} = other.{{ there[1] }}
    where own.{{ column }} is not null
    {%- endfor %}
    {%- for column, values in accepted_values.items() %}
    union all
    select
        '{{ column }} is not one of {{ values | join(", ") }}',
        cast({{ primary_key }} as varchar),
        cast({{ column }} as varchar)
    from {{ model }}
    where {{ column }} not in (
        {%- for value in values -%}
            '{{ value }}'{{ ", " if not loop.last }}
        {%- endfor -%}
    )
    {%- endfor %}
{% endtest %}
