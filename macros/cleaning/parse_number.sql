{#- A plain number, thousands with commas allowed. In: a column of clean text. Out: decimal(18, 3), or null. -#}
{% macro parse_number(column) -%}
    case
        when {{ regexp_like(column, '^[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]+)?$') }}
            then try_cast(replace({{ column }}, ',', '') as decimal(18, 3))
    end
{%- endmacro %}
