{#- Whether entities are compared by probability: by variable, and on DuckDB only, since Spark runs no local Python. -#}
{% macro has_probable_matches() -%}
    {{ return(var('probable_matches') and target.type == 'duckdb') }}
{%- endmacro %}
