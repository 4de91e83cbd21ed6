{#- The only way to raw data: one table of one channel as a relation in parentheses, every documented column as
    text, with _source_file (relative to raw_path) and _source_row (from 1). A table or column that the user does
    not have is empty. -#}
{% macro raw(channel, entity) -%}
    {%- set mode = var('raw', 'seeds') -%}
    {%- if mode == 'seeds' -%}
        {{ raw_from_seed(channel, entity) }}
    {%- elif mode == 'files' -%}
        {{ raw_from_files(channel, entity) }}
    {%- elif mode == 'tables' -%}
        {{ raw_from_table(channel, entity) }}
    {%- else -%}
        {{ exceptions.raise_compiler_error("The variable raw is '" ~ mode ~ "': it must be seeds, files or tables.") }}
    {%- endif -%}
{%- endmacro %}

{#- Does not touch the graph, which unit tests do not have. -#}
{% macro raw_from_seed(channel, entity) -%}
    (
        select
            *,
            cast(null as string) as _source_file,
            cast(null as bigint) as _source_row
        from {{ ref('raw_' ~ channel ~ '__' ~ entity) }}
    )
{%- endmacro %}

{% macro raw_from_files(channel, entity) -%}
    {%- do source(channel, entity) -%}
    {%- if execute -%}
        {%- set columns = raw_columns(channel, entity) -%}
        {%- set files = raw_files(channel, entity) -%}
        (
        {%- if files %}
            {{ read_raw_files(files, columns) }}
        {%- else %}
            {{ raw_without_rows(columns) }}
        {%- endif %}
        )
    {%- endif -%}
{%- endmacro %}

{% macro raw_from_table(channel, entity) -%}
    {%- set wanted = source(channel, entity) -%}
    {%- if execute -%}
        {%- set columns = raw_columns(channel, entity) -%}
        {%- set relation = adapter.get_relation(
            database=wanted.database, schema=wanted.schema, identifier=wanted.identifier
        ) -%}
        (
        {%- if relation %}
            {%- set present = {} -%}
            {%- for column in adapter.get_columns_in_relation(relation) -%}
                {%- do present.update({column.name | lower: adapter.quote(column.name)}) -%}
            {%- endfor %}
            select
                {%- for column in columns %}
                cast({{ present.get(column.name, 'null') }} as string) as {{ adapter.quote(column.name) }},
                {%- endfor %}
                cast(null as string) as _source_file,
                cast(null as bigint) as _source_row
            from {{ relation }}
        {%- else %}
            {{ raw_without_rows(columns) }}
        {%- endif %}
        )
    {%- endif -%}
{%- endmacro %}

{% macro raw_without_rows(columns) -%}
    select
        {%- for column in columns %}
        cast(null as string) as {{ adapter.quote(column.name) }},
        {%- endfor %}
        cast(null as string) as _source_file,
        cast(null as bigint) as _source_row
    where false
{%- endmacro %}
