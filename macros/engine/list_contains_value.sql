{#- Whether the list holds the value; null for a null list or value. Spark answers null instead of false where
    the list holds a null, so nulls are dropped first. -#}
{% macro list_contains_value(list, value) -%}
    {{ return(adapter.dispatch('list_contains_value', 'customer360')(list, value)) }}
{%- endmacro %}

{% macro default__list_contains_value(list, value) -%}
    list_contains({{ list }}, {{ value }})
{%- endmacro %}

{% macro spark__list_contains_value(list, value) -%}
    array_contains(array_compact({{ list }}), {{ value }})
{%- endmacro %}
