{#- The nth group of the first match, group 0 being all of it; '' where there is no match or the group took no
    part in it, null for a null text. One function on both engines; only the pattern's literal differs. -#}
{% macro regexp_group(text, pattern, group) -%}
    regexp_extract({{ text }}, {{ pattern_literal(pattern) }}, {{ group }})
{%- endmacro %}
