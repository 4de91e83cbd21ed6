{#- Minutes from one timestamp to another as double, by whole seconds; negative when the second is the earlier.
    Counting minutes themselves, DuckDB counts the turns of the minute hand and Spark full minutes. -#}
{% macro minutes_between(earlier, later) -%}
    ({{ seconds_between(earlier, later) }} / 60e0)
{%- endmacro %}
