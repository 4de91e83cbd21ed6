{#- A raw row as JSON in which nobody reads a core value; empty is null, since CSV files cannot tell them apart.
    In: channel and entity, whose graded columns are the caller's, or parts of the value named in `row`
    (row_values). Out: JSON text; null in unit tests, which know no grades. -#}
{% macro raw_row(channel, entity, row=none) -%}
    {%- set pairs = [] -%}
    {%- for column in raw_columns(channel, entity) -%}
        {%- set value = '(' ~ row ~ ').' ~ column.name if row else column.name -%}
        {%- set masked = mask_any(value) if column.sensitivity == 'core' else mask_embedded(value) -%}
        {%- do pairs.append([column.name, "nullif(" ~ masked ~ ", '')"]) -%}
    {%- endfor -%}
    {{ json_row(pairs) if pairs else 'cast(null as string)' }}
{%- endmacro %}
