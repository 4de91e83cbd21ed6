{#- Before any model runs (on-run-start): stops with one message, a line for each thing that is wrong with the raw
    extracts, and says as warnings what is left out. The sample needs no check. -#}
{% macro check_raw() -%}
    {%- if execute -%}
        {%- set mode = var('raw', 'seeds') -%}
        {%- set found = {'problems': [], 'warnings': []} -%}
        {%- if mode == 'files' -%}
            {%- do found.update(raw_problems(var('raw_path'), documented_tables())) -%}
        {%- elif mode == 'tables' -%}
            {%- do found.problems.extend(raw_table_problems(documented_tables())) -%}
        {%- endif -%}
        {%- for day in ['extracted_on', 'as_of_date'] if var(day, none) is not none
            and not is_date(var(day)) -%}
            {%- do found.problems.append(
                "the variable " ~ day ~ " is '" ~ var(day) ~ "': it must be a date such as 2024-01-01."
            ) -%}
        {%- endfor -%}
        {%- for warning in found.warnings -%}
            {%- do exceptions.warn(warning) -%}
        {%- endfor -%}
        {%- if found.problems -%}
            {%- do exceptions.raise_fail_fast_error(problems_text(found.problems)) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro problems_text(problems) -%}
    {%- set shown = problems[:20] -%}
    {%- set lines = ['Nothing was built; to be put right first:'] -%}
    {%- for problem in shown -%}
        {%- do lines.append('  ' ~ problem) -%}
    {%- endfor -%}
    {%- if problems | length > shown | length -%}
        {%- do lines.append('  and ' ~ (problems | length - shown | length) ~ ' more.') -%}
    {%- endif -%}
    {{ return(lines | join('\n')) }}
{%- endmacro %}

{#- All raw tables that the sources document: list of channel, entity, columns (as raw_columns gives them). -#}
{% macro documented_tables() -%}
    {%- set tables = [] -%}
    {%- for table in graph.sources.values() | sort(attribute='unique_id') -%}
        {%- do tables.append({
            'channel': table.source_name,
            'entity': table.name,
            'columns': raw_columns(table.source_name, table.name),
        }) -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}

{% macro is_date(day) -%}
    {%- set answer = run_query('select try_cast(' ~ sql_text(day) ~ ' as date) is null') -%}
    {{ return(
        modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}$', day | string) is not none
        and not answer.columns[0].values()[0]
    ) }}
{%- endmacro %}

{#- Problems and warnings of a folder of extracts: two lists of lines. -#}
{% macro raw_problems(raw_path, tables) -%}
    {{ return(adapter.dispatch('raw_problems', 'customer360')(raw_path, tables)) }}
{%- endmacro %}

{% macro default__raw_problems(raw_path, tables) -%}
    {{ return(call_json('raw_problems(' ~ sql_text(raw_path) ~ ', ' ~ sql_text(tojson(tables)) ~ ')')) }}
{%- endmacro %}

{#- Problems of the raw tables in the warehouse: a list of lines. -#}
{% macro raw_table_problems(tables) -%}
    {%- set problems = [] -%}
    {%- set known = [] -%}
    {%- set counter = namespace(present=0) -%}
    {%- for table in tables -%}
        {%- do known.append(table.channel ~ '.' ~ table.entity) -%}
        {%- set relation = raw_relation(table.channel, table.entity) -%}
        {%- if relation -%}
            {%- set counter.present = counter.present + 1 -%}
            {%- set names = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list -%}
            {%- set unknown = names | reject('in', table.columns | map(attribute='name') | list) | list -%}
            {%- set missing = table.columns | selectattr('required') | map(attribute='name')
                | reject('in', names) | list -%}
            {%- if missing -%}
                {%- do problems.append(
                    'table ' ~ known[-1] ~ ': required columns are missing: ' ~ missing | join(', ')
                    ~ ('; unknown columns of the table: ' ~ unknown | join(', ') if unknown else '')
                    ~ ': rename or add them (a column may be empty), in a view of this name if need be.'
                ) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not counter.present -%}
        {%- do problems.append(
            'the warehouse holds none of the raw tables (the variable raw is tables): make tables or views '
            ~ known | join(', ') ~ ', or those of them that you have.'
        ) -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}

{#- The table of the warehouse that a source names; none where there is no such table. -#}
{% macro raw_relation(channel, entity) -%}
    {%- for table in graph.sources.values() if table.source_name == channel and table.name == entity -%}
        {{ return(adapter.get_relation(
            database=table.database, schema=table.schema, identifier=table.identifier
        )) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}
