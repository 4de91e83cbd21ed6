{#- The number of elements, nulls counted, as int; null for a null list. The functions' names and types differ;
    Spark's size() may give -1 for a null list. -#}
{% macro list_length(list) -%}
    {{ return(adapter.dispatch('list_length', 'customer360')(list)) }}
{%- endmacro %}

{% macro default__list_length(list) -%}
    cast(len({{ list }}) as int)
{%- endmacro %}

{% macro spark__list_length(list) -%}
    array_size({{ list }})
{%- endmacro %}
