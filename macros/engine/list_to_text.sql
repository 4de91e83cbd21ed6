{#- The elements of a list of text joined by the separator, nulls left out; '' where nothing is left, null for a
    null list. DuckDB gives null for a list of nothing but nulls. -#}
{% macro list_to_text(list, separator) -%}
    {{ return(adapter.dispatch('list_to_text', 'customer360')(list, separator)) }}
{%- endmacro %}

{% macro default__list_to_text(list, separator) -%}
    coalesce(
        array_to_string({{ list }}, {{ dbt.string_literal(dbt.escape_single_quotes(separator)) }}),
        case when {{ list }} is not null then '' end
    )
{%- endmacro %}

{% macro spark__list_to_text(list, separator) -%}
    array_join({{ list }}, {{ dbt.string_literal(dbt.escape_single_quotes(separator)) }})
{%- endmacro %}
