{#- Whole calendar days from one date or timestamp to another as int, negative when the second is the earlier.
    Subtracting dates gives a number on DuckDB and an interval on Spark. -#}
{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between', 'customer360')(earlier, later)) }}
{%- endmacro %}

{% macro default__days_between(earlier, later) -%}
    cast(date_diff('day', {{ earlier }}, {{ later }}) as int)
{%- endmacro %}

{% macro spark__days_between(earlier, later) -%}
    datediff({{ later }}, {{ earlier }})
{%- endmacro %}
