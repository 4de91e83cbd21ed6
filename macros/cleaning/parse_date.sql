{#- A calendar day in any notation that parse_timestamp reads. In: a column of clean text. Out: a date, or null where
    it is no possible day between 1900 and 2100. -#}
{% macro parse_date(column) -%}
    cast({{ parse_timestamp(column) }} as date)
{%- endmacro %}
