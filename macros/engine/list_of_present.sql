{#- A list of the expressions in their order, nulls left out; empty when all are null.
    Spark has a function for it, DuckDB a filter. -#}
{% macro list_of_present(expressions) -%}
    {{ return(adapter.dispatch('list_of_present', 'customer360')(expressions)) }}
{%- endmacro %}

{% macro default__list_of_present(expressions) -%}
    list_filter({{ list_of(expressions) }}, lambda element: element is not null)
{%- endmacro %}

{% macro spark__list_of_present(expressions) -%}
    array_compact({{ list_of(expressions) }})
{%- endmacro %}
