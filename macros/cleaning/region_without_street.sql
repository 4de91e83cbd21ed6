{#- What of a region's text may be read by anyone: the part before a street or a number, since some people type their
    whole address there. In: a column of clean text. Out: text. -#}
{% macro region_without_street(column) -%}
    {{ regexp_group(column, '^[^0-9路街弄巷号]*', 0) }}
{%- endmacro %}
