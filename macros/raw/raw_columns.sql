{#- The documented columns of a raw table in their order: name, sensitivity, required. Empty while dbt parses and
    in unit tests, which have no graph. -#}
{% macro raw_columns(channel, entity) -%}
    {%- set columns = [] -%}
    {%- if execute and graph is defined and graph -%}
        {%- for table in graph.get('sources', {}).values()
            if table.source_name == channel and table.name == entity -%}
            {%- for column in table.columns.values() -%}
                {%- set meta = column.config.meta -%}
                {%- do columns.append({
                    'name': column.name,
                    'sensitivity': meta.get('sensitivity', 'core'),
                    'required': meta.get('required', false),
                }) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(columns) }}
{%- endmacro %}
