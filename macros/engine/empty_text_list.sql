{#- An empty list of text, with its type: an untyped empty list is a list of integers or of nothing. -#}
{% macro empty_text_list() -%}
    {{ return(adapter.dispatch('empty_text_list', 'customer360')()) }}
{%- endmacro %}

{% macro default__empty_text_list() -%}
    cast([] as varchar[])
{%- endmacro %}

{% macro spark__empty_text_list() -%}
    cast(array() as array<string>)
{%- endmacro %}
