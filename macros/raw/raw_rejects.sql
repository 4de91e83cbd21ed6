{#- The lines of the extracts that intake could not read, as a relation in parentheses: channel, entity, source_file
    (relative to what intake read), line_no, reason, raw_line. Empty for seeds, tables, and folders without them. -#}
{% macro raw_rejects() -%}
    {%- if execute -%}
        {%- set files = raw_reject_files() if var('raw', 'seeds') == 'files' else [] -%}
        (
        {%- for file in files %}
            select
                {{ sql_text(file.channel) }} as channel,
                {{ sql_text(file.entity) }} as entity,
                cast(source_file as string) as source_file,
                cast(line_no as bigint) as line_no,
                cast(reason as string) as reason,
                cast(raw_line as string) as raw_line
            from {{ raw_reject_relation(file) }}
            {{ 'union all' if not loop.last }}
        {%- else %}
            select
                cast(null as string) as channel,
                cast(null as string) as entity,
                cast(null as string) as source_file,
                cast(null as bigint) as line_no,
                cast(null as string) as reason,
                cast(null as string) as raw_line
            where false
        {%- endfor %}
        )
    {%- endif -%}
{%- endmacro %}

{#- The files with such lines: list of channel, entity and pattern. -#}
{% macro raw_reject_files() -%}
    {{ return(adapter.dispatch('raw_reject_files', 'customer360')()) }}
{%- endmacro %}

{% macro default__raw_reject_files() -%}
    {{ return(call_json('raw_reject_files(' ~ sql_text(var('raw_path')) ~ ')')) }}
{%- endmacro %}

{% macro raw_reject_relation(file) -%}
    {{ return(adapter.dispatch('raw_reject_relation', 'customer360')(file)) }}
{%- endmacro %}

{% macro default__raw_reject_relation(file) -%}
    read_parquet({{ sql_text(file.pattern) }})
{%- endmacro %}
