{#- A join clause: one row per element of the list; a row whose list is null or empty goes. -#}
{% macro cross_join_list(list, alias, column) -%}
    {{ return(adapter.dispatch('cross_join_list', 'customer360')(list, alias, column)) }}
{%- endmacro %}

{% macro default__cross_join_list(list, alias, column) -%}
    cross join unnest({{ list }}) as {{ alias }} ({{ column }})
{%- endmacro %}

{% macro spark__cross_join_list(list, alias, column) -%}
    cross join lateral explode({{ list }}) as {{ alias }} ({{ column }})
{%- endmacro %}
