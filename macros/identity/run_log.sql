{#- The log of runs, which dbt's results are appended to: how long each stage of identity took, and how
    many rows it has. -#}
{% macro run_log() -%}
    {{ return(api.Relation.create(
        database=target.database if target.database is defined else none,
        schema=generate_schema_name('intermediate', none),
        identifier='identity_run_log',
        type='table',
    )) }}
{%- endmacro %}

{#- The log, empty where there is none yet. -#}
{% macro create_run_log() -%}
    {%- if execute -%}
        {%- do adapter.create_schema(run_log()) -%}
        {%- do run_query(
            'create table if not exists ' ~ run_log() ~ ' (run_id string, started_at timestamp,'
            ~ ' run_no int, stage string, status string, seconds double, n_rows bigint)'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- After a run (on-run-end) that had to do with identity: appends a row for each of its models. -#}
{% macro log_identity_run(results) -%}
    {%- set stages = [] -%}
    {%- for result in results if result.node.resource_type == 'model'
        and result.node.name.startswith('int_identity__') -%}
        {%- do stages.append(result) -%}
    {%- endfor -%}
    {%- if execute and stages -%}
        {%- do create_run_log() -%}
        {%- set counts = stage_counts(stages) -%}
        {%- set started = [] -%}
        {%- for result in stages -%}
            {%- do started.extend(result.timing | map(attribute='started_at') | select | list) -%}
        {%- endfor -%}
        {%- set started_at = 'cast(null as timestamp)' if not started
            else "cast('" ~ (started | min).strftime('%Y-%m-%d %H:%M:%S') ~ "' as timestamp)" -%}
        {%- set rows = [] -%}
        {%- for result in stages -%}
            {%- set name = result.node.name -%}
            {%- do rows.append(
                "select '" ~ invocation_id ~ "', " ~ started_at ~ ', '
                ~ 'cast(' ~ counts.run_no ~ ' as int)' ~ ", '" ~ name.removeprefix('int_identity__')
                ~ "', '" ~ result.status ~ "', cast(" ~ result.execution_time ~ ' as double), '
                ~ 'cast(' ~ counts.n_rows.get(name, 'null') ~ ' as bigint)'
            ) -%}
        {%- endfor -%}
        {%- do run_query('insert into ' ~ run_log() ~ ' ' ~ rows | join(' union all ')) -%}
    {%- endif -%}
{%- endmacro %}

{#- The rows of each stage that was made, and the run that the registry is at. -#}
{% macro stage_counts(stages) -%}
    {%- set n_rows = {} -%}
    {%- set state = namespace(run_no='null') -%}
    {%- set queries = [] -%}
    {%- for result in stages if result.status == 'success'
        and result.node.config.materialized != 'view' -%}
        {%- do queries.append(
            "select '" ~ result.node.name ~ "' as name, count(*) as n from " ~ result.node.relation_name
        ) -%}
        {%- if result.node.name == 'int_identity__registry' -%}
            {%- do queries.append(
                "select 'run_no' as name, max(run_no) as n from " ~ result.node.relation_name
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if queries -%}
        {%- for row in run_query(queries | join(' union all ')).rows -%}
            {%- if row[0] == 'run_no' -%}
                {%- set state.run_no = row[1] | int if row[1] is not none else 'null' -%}
            {%- else -%}
                {%- do n_rows.update({row[0]: row[1] | int}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return({'n_rows': n_rows, 'run_no': state.run_no}) }}
{%- endmacro %}
