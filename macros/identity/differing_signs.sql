{#- In how many places two names have different signs. Functions that count edits count bytes on one engine and
    characters on the other. -#}
{% macro differing_signs(name_1, name_2) -%}
    {{ return(adapter.dispatch('differing_signs', 'customer360')(name_1, name_2)) }}
{%- endmacro %}

{% macro default__differing_signs(name_1, name_2) -%}
    len(list_filter(
        range(1, greatest(length({{ name_1 }}), length({{ name_2 }})) + 1),
        lambda place: substr({{ name_1 }}, place, 1) <> substr({{ name_2 }}, place, 1)
    ))
{%- endmacro %}

{% macro spark__differing_signs(name_1, name_2) -%}
    size(filter(
        sequence(1, greatest(length({{ name_1 }}), length({{ name_2 }}))),
        place -> substr({{ name_1 }}, place, 1) <> substr({{ name_2 }}, place, 1)
    ))
{%- endmacro %}
