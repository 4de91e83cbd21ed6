{#- A plain number, thousands with commas allowed. In: a column of clean text. Out: decimal(18, 3), or null,
    also from a billion on (money times such would not fit). -#}
{% macro parse_number(column) -%}
    case
        when {{ regexp_like(column, '^[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]+)?$') }}
            then cast(try_cast(replace({{ column }}, ',', '') as decimal(12, 3)) as decimal(18, 3))
    end
{%- endmacro %}
