{#- The files of a raw table under raw_path: list of path, relative_path, format (csv, parquet) and columns
    (name and type as the file has them). -#}
{% macro raw_files(channel, entity) -%}
    {{ return(adapter.dispatch('raw_files', 'customer360')(channel, entity)) }}
{%- endmacro %}

{% macro default__raw_files(channel, entity) -%}
    {{ return(call_json(
        'raw_files(' ~ sql_text(var('raw_path')) ~ ', ' ~ sql_text(channel) ~ ', ' ~ sql_text(entity) ~ ')'
    )) }}
{%- endmacro %}
