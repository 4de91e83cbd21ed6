{#- The registry of ids as the last build left it; none before the first. A ref would be a circle:
    the registry is written from what is read here. -#}
{% macro last_registry() -%}
    {%- if execute -%}
        {{ return(adapter.get_relation(
            database=this.database, schema=this.schema, identifier='int_identity__registry'
        )) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
