{#- Minutes from one timestamp to another as double, by whole seconds; negative when the second is the earlier.
    Counting minutes themselves, DuckDB counts the turns of the minute hand and Spark full minutes. -#}
{% macro minutes_between(earlier, later) -%}
    {{ return(adapter.dispatch('minutes_between', 'customer360')(earlier, later)) }}
{%- endmacro %}

{% macro default__minutes_between(earlier, later) -%}
    (date_diff('second', {{ earlier }}, {{ later }}) / 60e0)
{%- endmacro %}

{% macro spark__minutes_between(earlier, later) -%}
    (timestampdiff(second, {{ earlier }}, {{ later }}) / 60e0)
{%- endmacro %}
