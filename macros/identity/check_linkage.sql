{#- Before any model runs (on-run-start): stops with one line where the file of linkage parameters cannot be used. -#}
{% macro check_linkage() -%}
    {%- if execute and has_probable_matches() -%}
        {%- set problems = call_json('linkage_problems(' ~ sql_text(var('linkage_parameters')) ~ ')') -%}
        {%- if problems -%}
            {%- do exceptions.raise_fail_fast_error(problems_text(problems)) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
