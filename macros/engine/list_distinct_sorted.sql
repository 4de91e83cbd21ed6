{#- Aggregate: the distinct values in ascending order (text by its bytes), nulls left out; an empty list where
    there is none. Spark sorts after collecting, DuckDB while collecting, and gives null for no value. -#}
{% macro list_distinct_sorted(expression) -%}
    {{ return(adapter.dispatch('list_distinct_sorted', 'customer360')(expression)) }}
{%- endmacro %}

{% macro default__list_distinct_sorted(expression) -%}
    coalesce(list(distinct {{ expression }} order by {{ expression }} asc nulls last) filter (where {{ expression }} is not null), [])
{%- endmacro %}

{% macro spark__list_distinct_sorted(expression) -%}
    array_sort(collect_set({{ expression }}))
{%- endmacro %}
