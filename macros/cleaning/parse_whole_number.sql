{#- A whole number within bounds: 5, 5.0, 1,200, and with its unit 5分 or 5 stars. In: a column of clean text, the least
    and the greatest number, the units as alternatives of a pattern. Out: int; null where it is none, or out of bounds. -#}
{% macro parse_whole_number(column, least, greatest, units) -%}
    {%- set number = "try_cast(replace(" ~ regexp_group(
        column, '^([+-]?(?:[0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2}))(?:[.]0+)? ?(?:' ~ units ~ ')?$', 1
    ) ~ ", ',', '') as int)" -%}
    case when {{ number }} between {{ least }} and {{ greatest }} then {{ number }} end
{%- endmacro %}
