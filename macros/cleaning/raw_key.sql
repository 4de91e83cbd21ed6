{#- The key that an id with its channel has in the extracts: what stands after the colon. In: a column. Out: text. -#}
{% macro raw_key(column) -%}
    substr({{ column }}, length(split_part({{ column }}, ':', 1)) + 2)
{%- endmacro %}
