{#- A list of the expressions in their order, nulls kept. Literals of lists differ. -#}
{% macro list_of(expressions) -%}
    {{ return(adapter.dispatch('list_of', 'customer360')(expressions)) }}
{%- endmacro %}

{% macro default__list_of(expressions) -%}
    [{{ expressions | join(', ') }}]
{%- endmacro %}

{% macro spark__list_of(expressions) -%}
    array({{ expressions | join(', ') }})
{%- endmacro %}
