{#- Raw files on Spark: Parquet only, since Spark's CSV reader mends broken lines in silence; intake makes Parquet of
    CSV. Spark has no glob(): its binaryFile source lists paths, and a pattern must find something or it is an
    error, so all of raw_path is listed and the table's files are picked out of it. -#}
{% macro spark__raw_files(channel, entity) -%}
    {%- set files = [] -%}
    {%- for file in spark_files_of(spark_listing(var('raw_path')), channel, entity) if file.format == 'parquet' -%}
        {%- set columns = [] -%}
        {%- for column in run_query('describe query select * from parquet.`' ~ file.pattern ~ '`').rows -%}
            {%- do columns.append({'name': column[0], 'type': column[1]}) -%}
        {%- endfor -%}
        {%- do file.update({'columns': columns}) -%}
        {%- do files.append(file) -%}
    {%- endfor -%}
    {{ return(files) }}
{%- endmacro %}

{#- The paths of all extracts below a folder. Empty files are not among them: who starts the session refuses those. -#}
{% macro spark_listing(raw_path) -%}
    {{ return(run_query(
        'select path from binaryFile.`' ~ spark_path(raw_path) ~ '/{*,*/*}/*.{csv,parquet}` order by path asc'
    ).columns[0].values()) }}
{%- endmacro %}

{#- The files of one raw table in a listing, without their columns. -#}
{% macro spark_files_of(listing, channel, entity) -%}
    {%- set files = [] -%}
    {%- for path in listing -%}
        {%- set parts = path.split('/') -%}
        {#- A pattern finds what a build leaves alone, too: the lines that intake could not read. -#}
        {%- set n_parts = 0 if '_rejects' in parts[-4:]
            else 2 if parts[-2] == channel and parts[-1].rsplit('.', 1)[0] == entity
            else 3 if parts[-3] == channel and parts[-2] == entity
            else 0 -%}
        {%- if n_parts -%}
            {%- do files.append({
                'path': path,
                'pattern': spark_path(path),
                'relative_path': parts[-n_parts:] | join('/'),
                'format': path.rsplit('.', 1)[1],
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(files) }}
{%- endmacro %}

{% macro spark__raw_reject_files() -%}
    {%- set files = [] -%}
    {%- for path in spark_listing(var('raw_path')) if path.split('/')[-3] == '_rejects' -%}
        {%- do files.append({
            'channel': path.split('/')[-2],
            'entity': path.split('/')[-1].rsplit('.', 1)[0],
            'pattern': spark_path(path),
        }) -%}
    {%- endfor -%}
    {{ return(files) }}
{%- endmacro %}

{% macro spark__raw_reject_relation(file) -%}
    parquet.`{{ file.pattern }}`
{%- endmacro %}

{#- What would lose rows without a word: files that are not read, columns that are required. -#}
{% macro spark__raw_problems(raw_path, tables) -%}
    {%- set problems = [] -%}
    {%- set listing = spark_listing(raw_path) -%}
    {%- set counter = namespace(files=0) -%}
    {%- for table in tables -%}
        {%- set required = table.columns | selectattr('required') | map(attribute='name') | list -%}
        {%- for file in spark_files_of(listing, table.channel, table.entity) -%}
            {%- set counter.files = counter.files + 1 -%}
            {%- if file.format == 'csv' -%}
                {%- do problems.append(
                    file.relative_path ~ ': is a CSV file: on Spark raw extracts are Parquet files, which make intake makes.'
                ) -%}
            {%- else -%}
                {%- set names = run_query('describe query select * from parquet.`' ~ file.pattern ~ '`').columns[0].values()
                    | map('trim') | map('lower') | list -%}
                {%- set missing = required | reject('in', names) | list -%}
                {%- if missing -%}
                    {%- do problems.append(
                        file.relative_path ~ ': required columns are missing: ' ~ missing | join(', ')
                        ~ ': rename or add them (a column may be empty).'
                    ) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not counter.files -%}
        {%- do problems.append(raw_path ~ ': holds no extract that is known: put <channel>/<entities>.parquet there.') -%}
    {%- endif -%}
    {{ return({'problems': problems, 'warnings': []}) }}
{%- endmacro %}

{% macro spark__read_raw_files(files, columns) -%}
    {%- for file in files -%}
        {%- set in_file = {} -%}
        {%- for column in file.columns -%}
            {%- do in_file.update({(column.name | trim | lower): column}) -%}
        {%- endfor %}
            select
                {%- for column in columns %}
                {{ spark_raw_text(in_file[column.name]) if column.name in in_file else 'cast(null as string)' }}
                    as {{ adapter.quote(column.name) }},
                {%- endfor %}
                {{ 'cast(_source_file as string)' if '_source_file' in in_file else sql_text(file.relative_path) }}
                    as _source_file,
                {{ 'cast(_source_row as bigint)' if '_source_row' in in_file else '_metadata.row_index + 1' }}
                    as _source_row
            from parquet.`{{ file.pattern }}`
        {%- if not loop.last %}
            union all
        {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- A column of any type as text, as read_raw_parquet does it on DuckDB. -#}
{% macro spark_raw_text(column) -%}
    {%- set name = adapter.quote(column.name) -%}
    {%- if column.type in ('double', 'float') -%}
        case
                    when {{ name }} = floor({{ name }}) and abs({{ name }}) < 9e15
                        then cast(cast({{ name }} as bigint) as string)
                    else cast({{ name }} as string)
                end
    {%- elif column.type == 'timestamp' -%}
        date_format(convert_timezone('UTC', cast({{ name }} as timestamp_ntz)), "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
    {%- else -%}
        cast({{ name }} as string)
    {%- endif -%}
{%- endmacro %}

{#- A path between backticks: signs that would be wildcards there match any one character instead. -#}
{% macro spark_path(path) -%}
    {{ return(modules.re.sub('[*?{}\\[\\]`]', '?', path)) }}
{%- endmacro %}

{#- Spark's sources do not see files whose names begin with an underscore, so who starts the session reads
    `_extract.json` and hands it over as a variable. -#}
{% macro spark__read_extract_info(path) -%}
    {{ return(var('extract_info', {'extracted_on': none, 'kind': {}})) }}
{%- endmacro %}
