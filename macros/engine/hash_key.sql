{#- The secret key of this session, as an expression: the key itself never stands in compiled SQL, logs or the
    catalog. DuckDB keeps it in a variable read by getvariable(), Spark in a declared session variable.
    Spark refuses session variables in a persistent view, so what hashes is a table there. -#}
{% macro hash_key() -%}
    {{ return(adapter.dispatch('hash_key', 'customer360')()) }}
{%- endmacro %}

{% macro default__hash_key() -%}
    getvariable('hash_key')
{%- endmacro %}

{% macro spark__hash_key() -%}
    system.session.hash_key
{%- endmacro %}
