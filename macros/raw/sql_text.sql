{#- A text as a literal of SQL. -#}
{% macro sql_text(text) -%}
    {{ return("'" ~ (text | string | replace("'", "''")) ~ "'") }}
{%- endmacro %}
