{#- The characters of a text as a list. The functions' names differ. -#}
{% macro characters(text) -%}
    {{ return(adapter.dispatch('characters', 'customer360')(text)) }}
{%- endmacro %}

{% macro default__characters(text) -%}
    string_split({{ text }}, '')
{%- endmacro %}

{% macro spark__characters(text) -%}
    split({{ text }}, '')
{%- endmacro %}
