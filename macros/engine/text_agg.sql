{#- Aggregate: the texts joined by the separator in the given order (with a unique end and explicit nulls first or
    last), nulls left out; null where there is none. The order stands in another place. -#}
{% macro text_agg(expression, separator, order_by) -%}
    {{ return(adapter.dispatch('text_agg', 'customer360')(expression, separator, order_by)) }}
{%- endmacro %}

{% macro default__text_agg(expression, separator, order_by) -%}
    string_agg({{ expression }}, {{ dbt.string_literal(dbt.escape_single_quotes(separator)) }} order by {{ order_by }})
{%- endmacro %}

{% macro spark__text_agg(expression, separator, order_by) -%}
    listagg({{ expression }}, {{ dbt.string_literal(dbt.escape_single_quotes(separator)) }}) within group (order by {{ order_by }})
{%- endmacro %}
