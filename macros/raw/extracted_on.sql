{#- The day on which the extracts were taken, as a date: the variable, else what `_extract.json` says, else null. -#}
{% macro extracted_on() -%}
    {%- set day = var('extracted_on', none) -%}
    {%- if day is none -%}
        {%- set day = extract_info().extracted_on -%}
    {%- endif -%}
    {{ return('cast(null as date)' if day is none else "cast('" ~ day ~ "' as date)") }}
{%- endmacro %}

{#- What `_extract.json` beside the raw data says: extracted_on, and kind (full or delta) by channel. -#}
{% macro extract_info() -%}
    {%- set folders = {'seeds': 'seeds/raw', 'files': var('raw_path', '')} -%}
    {%- if execute and var('raw', 'seeds') in folders -%}
        {{ return(read_extract_info(folders[var('raw', 'seeds')] ~ '/_extract.json')) }}
    {%- else -%}
        {{ return({'extracted_on': none, 'kind': {}}) }}
    {%- endif -%}
{%- endmacro %}

{% macro read_extract_info(path) -%}
    {{ return(adapter.dispatch('read_extract_info', 'customer360')(path)) }}
{%- endmacro %}

{% macro default__read_extract_info(path) -%}
    {{ return(call_json('extract_info(' ~ sql_text(path) ~ ')')) }}
{%- endmacro %}
