{#- How dbt loads a seed on Spark, in place of the adapter's own way, which writes 'None' for an empty cell, breaks at
    a quote and takes seconds per hundred rows for its casts: the rows as one inline table of literals, cast by column. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set statements = [] -%}
    {%- for rows in agate_table.rows | batch(get_batch_size()) -%}
        {%- set sql %}
            insert into {{ this.render() }}
            select
                {%- for name in agate_table.column_names %}
                cast({{ adapter.quote(name) }} as {{ types.get(name, adapter.convert_type(agate_table, loop.index0)) }}){{ ',' if not loop.last }}
                {%- endfor %}
            from values
                {%- for row in rows %}
                ({% for value in row %}{{ spark_seed_literal(value) }}{{ ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
                {%- endfor %}
                as seed_rows ({% for name in agate_table.column_names %}{{ adapter.quote(name) }}{{ ', ' if not loop.last }}{% endfor %})
        {%- endset -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
        {%- do statements.append(sql) -%}
    {%- endfor -%}
    {{ return(statements[0] if statements else '') }}
{%- endmacro %}

{% macro spark_seed_literal(value) -%}
    {{ return('null' if value is none else dbt.string_literal(value | string | replace('\\', '\\\\') | replace("'", "\\'"))) }}
{%- endmacro %}
