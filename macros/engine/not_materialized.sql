{#- Behind the `as` of a step that is read twice: worked out twice, by what each reader asks of it, instead of kept
    whole. DuckDB keeps such a step in memory unless told; Spark never does. -#}
{% macro not_materialized() -%}
    {{ return(adapter.dispatch('not_materialized', 'customer360')()) }}
{%- endmacro %}

{% macro default__not_materialized() -%}
    not materialized
{%- endmacro %}

{% macro spark__not_materialized() -%}
{%- endmacro %}
