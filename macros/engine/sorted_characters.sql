{#- The characters of a text in ascending order, as a text: equal for texts that differ in their order only.
    The functions on lists differ. -#}
{% macro sorted_characters(text) -%}
    {{ return(adapter.dispatch('sorted_characters', 'customer360')(text)) }}
{%- endmacro %}

{% macro default__sorted_characters(text) -%}
    array_to_string(list_sort(string_split({{ text }}, '')), '')
{%- endmacro %}

{% macro spark__sorted_characters(text) -%}
    array_join(array_sort(split({{ text }}, '')), '')
{%- endmacro %}
