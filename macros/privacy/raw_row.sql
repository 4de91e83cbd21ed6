{#- A raw row as JSON in which nobody reads a core value; empty is null, since CSV files cannot tell them apart.
    In: channel and entity, whose graded columns are the caller's. Out: JSON text; null in unit tests, which know no
    grades. -#}
{% macro raw_row(channel, entity) -%}
    {%- set pairs = [] -%}
    {%- for column in raw_columns(channel, entity) -%}
        {%- set masked = mask_any(column.name) if column.sensitivity == 'core' else mask_embedded(column.name) -%}
        {%- do pairs.append([column.name, "nullif(" ~ masked ~ ", '')"]) -%}
    {%- endfor -%}
    {{ json_row(pairs) if pairs else 'cast(null as string)' }}
{%- endmacro %}
