{#- The words of a text that have so many letters or more, each once, as a list. The functions on lists differ. -#}
{% macro long_words(text, at_least) -%}
    {{ return(adapter.dispatch('long_words', 'customer360')(text, at_least)) }}
{%- endmacro %}

{% macro default__long_words(text, at_least) -%}
    list_distinct(list_filter(string_split({{ text }}, ' '), lambda word: length(word) >= {{ at_least }}))
{%- endmacro %}

{% macro spark__long_words(text, at_least) -%}
    array_distinct(filter(split({{ text }}, ' '), word -> length(word) >= {{ at_least }}))
{%- endmacro %}
