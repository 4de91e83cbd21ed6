{#- All columns of a relation as one value, whose parts are read as <name>.<column>: a raw row that travels beside what
    was made of it, without its names meeting theirs. In: the relation's name in the query, which no column bears. -#}
{% macro row_values(relation) -%}
    {{ return(adapter.dispatch('row_values', 'customer360')(relation)) }}
{%- endmacro %}

{% macro default__row_values(relation) -%}
    {{ relation }}
{%- endmacro %}

{% macro spark__row_values(relation) -%}
    struct({{ relation }}.*)
{%- endmacro %}
