{#- What a function of the session answers as JSON text, as an object. -#}
{% macro call_json(call) -%}
    {%- set result = fromjson(run_query("select " ~ call).columns[0].values()[0]) -%}
    {%- if result is mapping and result.error -%}
        {{ exceptions.raise_fail_fast_error(result.error) }}
    {%- endif -%}
    {{ return(result) }}
{%- endmacro %}
