{#- A query over the files of a raw table: each is read by its own header; documented columns that it lacks are null,
    others are left out. -#}
{% macro read_raw_files(files, columns) -%}
    {{ return(adapter.dispatch('read_raw_files', 'customer360')(files, columns)) }}
{%- endmacro %}

{% macro default__read_raw_files(files, columns) -%}
    {%- for file in files -%}
        {%- if file.format == 'csv' -%}
            {{ read_raw_csv(file, columns) }}
        {%- else -%}
            {{ read_raw_parquet(file, columns) }}
        {%- endif -%}
        {%- if not loop.last %}
            union all
        {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- One fixed dialect and nothing sniffed, since a sniffing reader swallows broken lines. -#}
{% macro read_raw_csv(file, columns) -%}
    {%- set documented = columns | map(attribute='name') | list -%}
    {%- set in_file = [] -%}
    {%- for column in file.columns -%}
        {%- set name = column.name | trim | lower -%}
        {%- do in_file.append(name if name in documented else '_extra_' ~ loop.index) -%}
    {%- endfor %}
            select
                {%- for name in documented %}
                {{ adapter.quote(name) if name in in_file else 'cast(null as string) as ' ~ adapter.quote(name) }},
                {%- endfor %}
                {{ sql_text(file.relative_path) }} as _source_file,
                row_number() over () as _source_row
            from read_csv(
                {{ sql_text(file.pattern) }},
                auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
                max_line_size = 20000000, buffer_size = 40000000,
                force_not_null = [
                    {%- for name in in_file %}{{ sql_text(name) }}{{ ', ' if not loop.last }}{% endfor -%}
                ],
                columns = {
                    {%- for name in in_file %}{{ sql_text(name) }}: 'varchar'{{ ', ' if not loop.last }}{% endfor -%}
                }
            )
{%- endmacro %}

{% macro read_raw_parquet(file, columns) -%}
    {%- set in_file = {} -%}
    {%- for column in file.columns -%}
        {%- do in_file.update({(column.name | trim | lower): column}) -%}
    {%- endfor %}
            select
                {%- for column in columns %}
                {{ raw_parquet_text(in_file[column.name]) if column.name in in_file else 'cast(null as string)' }}
                    as {{ adapter.quote(column.name) }},
                {%- endfor %}
                {{ 'cast(_source_file as string)' if '_source_file' in in_file else sql_text(file.relative_path) }}
                    as _source_file,
                {{ 'cast(_source_row as bigint)' if '_source_row' in in_file else 'file_row_number + 1' }}
                    as _source_row
            from read_parquet({{ sql_text(file.pattern) }}, binary_as_string = true, file_row_number = true)
{%- endmacro %}

{#- A column of any type as text: whole numbers that were stored as floating point without '.0' or an exponent,
    as they would stand in a CSV file; NaN, which some writers put for a missing number, as null; moments with their
    zone. -#}
{% macro raw_parquet_text(column) -%}
    {%- set name = '"' ~ (column.name | replace('"', '""')) ~ '"' -%}
    {%- if column.type in ('DOUBLE', 'FLOAT') -%}
        case
                    when {{ name }} = trunc({{ name }}) and abs({{ name }}) < 9e15
                        then cast(cast({{ name }} as bigint) as string)
                    when not isnan({{ name }}) then cast({{ name }} as string)
                end
    {%- elif column.type == 'TIMESTAMP WITH TIME ZONE' -%}
        strftime(timezone('UTC', {{ name }}), '%Y-%m-%dT%H:%M:%S.%fZ')
    {%- else -%}
        cast({{ name }} as string)
    {%- endif -%}
{%- endmacro %}
